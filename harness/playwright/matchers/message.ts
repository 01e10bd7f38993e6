/** What a failed matcher says: what was expected and what came, then the groups or segments that it is about. */
import { inspect } from 'node:util'
import type { ExpectMatcherState, MatcherReturnType } from '@playwright/test'

const columnsMax = 100
const rowsMax = 12
/** Keeps a number that is exactly at its limit from failing by a rounding error. */
const roundingSlack = 1e-9

export type Claim = {
  matcher: string
  /** As its user gave them, to tell one call of a loop from another. */
  args: readonly object[]
  /** Undefined if nothing was measured: then neither the claim nor its opposite may pass. */
  holds: boolean | undefined
  expected: string
  /** What is expected with `.not`. */
  expectedNot: string
  received: string
  /** Further lines. */
  details(isNot: boolean): string[]
}

export function resultOf({ isNot, promise }: ExpectMatcherState, claim: Claim): MatcherReturnType {
  const { matcher, args, holds, received } = claim
  const chain = [promise, isNot ? 'not' : ''].filter(Boolean).map(word => `.${word}`)
  const message = () => {
    const details = claim.details(isNot)
    return [
      `expect(outcome)${chain.join('')}.${matcher}(${argumentsInWords(args)})`,
      '',
      `Expected: ${isNot ? claim.expectedNot : claim.expected}`,
      `Received: ${received}`,
      ...(details.length > 0 ? ['', ...details] : []),
    ].join('\n')
  }
  return { pass: holds ?? isNot, message }
}

function argumentsInWords(args: readonly object[]): string {
  const last = args.findLastIndex(arg => Object.keys(arg).length > 0)
  return args
    .slice(0, last + 1)
    .map(arg => inspect(arg, { breakLength: 80 }))
    .join(', ')
}

export type Column<Row> = {
  title: string
  align?: 'right'
  of(row: Row): string
}

/** Aligned columns under their titles; nothing if there are no rows. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
  if (rows.length === 0) return []
  const lines = [
    columns.map(({ title }) => title),
    ...rows.slice(0, rowsMax).map(row => columns.map(column => column.of(row))),
  ]
  const padded = lines.map(cells =>
    cells.map((cell, index) => {
      const width = Math.max(...lines.map(line => line[index]?.length ?? 0))
      return columns[index]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width)
    }),
  )
  const more = rows.length - rowsMax
  return [
    ...padded.map(cells => shortened(cells.join('  ').trimEnd())),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
}

function shortened(line: string): string {
  return line.length <= columnsMax ? line : `${line.slice(0, columnsMax - 1)}…`
}

export function isAtLeast(value: number, limit: number): boolean {
  return value >= limit - roundingSlack
}

export function isAtMost(value: number, limit: number): boolean {
  return value <= limit + roundingSlack
}

/** Three digits behind the point, or as many more as it takes to tell it from a limit that it missed. */
export function decimal(value: number | null, limit?: number): string {
  return value === null ? '-' : digitsOf(value, limit, 3)
}

/** The same for a share: one digit. */
export function percent(share: number, limit?: number): string {
  return `${digitsOf(share * 100, limit === undefined ? undefined : limit * 100, 1)} %`
}

function digitsOf(value: number, limit: number | undefined, digitsMin: number): string {
  const digits = [0, 1, 2, 3]
    .map(more => digitsMin + more)
    .find(each => limit === undefined || value.toFixed(each) !== limit.toFixed(each))
  return value.toFixed(digits ?? digitsMin)
}

/** A limit, as short as it was written. */
export function percentLimit(share: number): string {
  return `${Number((share * 100).toFixed(6))} %`
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
