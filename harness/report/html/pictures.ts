/** The witness's pictures, put into the page while there is room: those of the worst runs first, each picture once. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type RunResult, seenBy } from '../../outcome/results.ts'

export const picturesBytesMax = 6 * 1024 * 1024

export interface Pictures {
  /** By key, as a data URL. */
  readonly data: Readonly<Record<string, string>>
  /** How many there was no room for. */
  readonly leftOut: number
  keyOf(run: RunResult, screenshot: string | undefined): string | undefined
}

/** Those that cannot be read any more are left out: a results file may have travelled without them. */
export function picturesOf(runs: readonly RunResult[], bytesMax = picturesBytesMax): Pictures {
  const data: Record<string, string> = {}
  let room = bytesMax
  let leftOut = 0
  for (const run of runs.toSorted(worstFirst)) {
    for (const screenshot of screenshotsOf(run)) {
      const path = pathOf(run, screenshot)
      const size = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size
      if (path === undefined || size === undefined) continue
      // As text it takes a third more.
      const cost = Math.ceil(size / 3) * 4
      if (cost > room) {
        leftOut += 1
        continue
      }
      room -= cost
      data[keyFor(run, screenshot)] = `data:image/jpeg;base64,${readFileSync(path).toString('base64')}`
    }
  }
  return {
    data,
    leftOut,
    keyOf(run, screenshot) {
      const key = screenshot === undefined ? undefined : keyFor(run, screenshot)
      return key !== undefined && data[key] !== undefined ? key : undefined
    },
  }
}

const keyFor = ({ scenario, architecture }: RunResult, screenshot: string) =>
  `${scenario}/${architecture}/${screenshot}`

function worstFirst(a: RunResult, b: RunResult): number {
  return (a.outcome?.isolation ?? 1) - (b.outcome?.isolation ?? 1)
}

/** What the page shows: the last look of each app at each moment; during the fault first. */
function screenshotsOf({ witness }: RunResult): string[] {
  const last = new Map(seenBy(witness)?.observations.map(each => [`${each.app} ${each.moment}`, each]))
  return [...last.values()]
    .toSorted((a, b) => Number(b.moment === 'during') - Number(a.moment === 'during'))
    .flatMap(({ screenshot }) => screenshot ?? [])
}

/** Only a plain name, so that no results file can make us read something else. */
function pathOf({ witness }: RunResult, screenshot: string): string | undefined {
  const seen = seenBy(witness)
  return seen && /^[\w-]+\.jpg$/.test(screenshot) ? join(seen.folder, screenshot) : undefined
}
