/**
 * Matchers for outcomes: `expect(outcome).toIsolate()`. A failure names the segments, and what came of them in numbers, so
 * that a red line in CI says who fell and by how much.
 */
import { expect as base } from '@playwright/test'
import { z } from 'zod'
import { ScenarioError } from '../errors.ts'
import type { Activity, Surface } from '../outcome/history.ts'
import type { SegmentOutcome } from '../outcome/measures.ts'
import type { Outcome } from '../outcome/outcome.ts'
import { labelOf } from '../outcome/traffic.ts'
import { matches, type Selector } from '../scope.ts'

interface Judged {
  pass: boolean
  message: () => string
}

const rowsMax = 12
const share = z.number().min(0).max(1)

const optionsOf = {
  toSignOut: z.strictObject({ share: share.default(0.9) }),
  toIsolate: z.strictObject({ atLeast: share.default(0.99) }),
  toKeepServing: z.strictObject({ goodput: share.default(0.99) }),
  toHarm: z.strictObject({ atLeast: share.default(0.5) }),
  toLeaveUnharmed: z.strictObject({ harm: share.default(0.02) }),
  toRecover: z.strictObject({ withinMs: z.number().positive().optional() }),
  toRefuseSignIns: z.strictObject({
    share: share.default(0.9),
    told: z.enum(['wrong-password', 'try-later', 'other']).optional(),
  }),
}

/** What each takes. A selector left out picks everything; a share is of 1. */
export const outcomeMatchers = {
  /** Nobody's valid session was cleared. */
  toKeepEveryoneSignedIn(received: Outcome, selector: Selector = {}): Judged {
    const outcome = outcomeIn(received, 'toKeepEveryoneSignedIn')
    const { count } = outcome.forcedLogouts(selector)
    return judged(count === 0, `nobody${of(selector)} to be signed out`, `${count} sessions were`, [
      ...logoutRows(outcome, selector),
    ])
  },

  /** At least `share` (0.9) of the sessions that were alive when the fault began were cleared. */
  toSignOut(received: Outcome, selector: Selector = {}, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toSignOut')
    const wanted = optionsIn('toSignOut', options).share
    const { share: lost, alive } = outcome.forcedLogouts(selector)
    return judged(
      alive > 0 && lost >= wanted,
      `at least ${percent(wanted)} of the sessions${of(selector)} to be cleared`,
      `${percent(lost)} of ${alive} were`,
      logoutRows(outcome, selector, true),
    )
  },

  /** Isolation, over the segments outside the scenario's scope, is at least so much (0.99). */
  toIsolate(received: Outcome, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toIsolate')
    const { atLeast } = optionsIn('toIsolate', options)
    return judged(
      outcome.isolation >= atLeast,
      `an isolation of at least ${number(atLeast)}`,
      `it is ${number(outcome.isolation)}`,
      harmRows(outcome.segments.filter(({ inScope }) => !inScope)),
    )
  },

  /** Goodput during the fault is at least so much (0.99). */
  toKeepServing(received: Outcome, selector: Selector = {}, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toKeepServing')
    const { goodput } = optionsIn('toKeepServing', options)
    const found = outcome.goodput(selector)
    return judged(
      found >= goodput,
      `a goodput${of(selector)} of at least ${percent(goodput)} during the fault`,
      `it is ${percent(found)}`,
      harmRows(segmentsOf(outcome, selector)),
    )
  },

  /** The mean harm of the segments picked is at least so much (0.5). */
  toHarm(received: Outcome, selector: Selector = {}, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toHarm')
    const { atLeast } = optionsIn('toHarm', options)
    const found = outcome.harm(selector)
    return judged(
      found >= atLeast,
      `a harm${of(selector)} of at least ${percent(atLeast)}`,
      `it is ${percent(found)}`,
      harmRows(segmentsOf(outcome, selector), true),
    )
  },

  /** The mean harm of the segments picked is at most so much (0.02). */
  toLeaveUnharmed(received: Outcome, selector: Selector = {}, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toLeaveUnharmed')
    const { harm } = optionsIn('toLeaveUnharmed', options)
    const found = outcome.harm(selector)
    return judged(
      found <= harm,
      `a harm${of(selector)} of at most ${percent(harm)}`,
      `it is ${percent(found)}`,
      harmRows(segmentsOf(outcome, selector)),
    )
  },

  /** Every segment came back by itself, and within `withinMs` of the last undo if that is given. */
  toRecover(received: Outcome, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toRecover')
    const { withinMs } = optionsIn('toRecover', options)
    const { timeToRecoverMs: found, metastable, recovery } = outcome
    const pass = !metastable && found !== null && found <= (withinMs ?? Number.POSITIVE_INFINITY)
    const what = found === null ? `it did not by the end (${recovery ?? 'unknown'})` : `it took ${found} ms`
    const within = withinMs === undefined ? '' : ` within ${withinMs} ms`
    return judged(pass, `everything to recover by itself${within}`, what, afterRows(outcome))
  },

  /** At least `share` (0.9) of the correct passwords were refused; with `told`, with these words. */
  toRefuseSignIns(received: Outcome, selector: Selector = {}, options: unknown = {}): Judged {
    const outcome = outcomeIn(received, 'toRefuseSignIns')
    const { share: wanted, told } = optionsIn('toRefuseSignIns', options)
    const refused = outcome.refused(selector)
    const signIns = refused.share === 0 ? 0 : refused.count / refused.share
    const found = told === undefined || signIns === 0 ? refused.share : refused.told[told] / signIns
    return judged(
      found >= wanted,
      `at least ${percent(wanted)} of the sign-ins${of(selector)} to be refused${told === undefined ? '' : ` as ${told}`}`,
      `${percent(found)} were`,
      Object.entries(refused.told).map(([words, count]) => `${words.padEnd(16)}${String(count).padStart(6)}`),
    )
  },

  /** No revoked or expired session was served. */
  toServeNoDeadSession(received: Outcome): Judged {
    const { falseAccepts } = outcomeIn(received, 'toServeNoDeadSession')
    return judged(
      falseAccepts === 0,
      'no revoked or expired session to be served',
      `${falseAccepts} were`,
      [],
    )
  },
}

/** Playwright's `expect`, which knows outcomes. */
export const expect = base.extend(outcomeMatchers)
export type OutcomeExpect = typeof expect

function outcomeIn(received: Outcome, matcher: string): Outcome {
  const isOutcome =
    typeof received === 'object' && received !== null && 'forcedLogouts' in received && 'segments' in received
  if (isOutcome) return received as Outcome
  throw new ScenarioError(
    `${matcher} is for outcomes, and was given ${JSON.stringify(received) ?? typeof received}`,
  )
}

function optionsIn<Name extends keyof typeof optionsOf>(
  name: Name,
  given: unknown,
): z.output<(typeof optionsOf)[Name]> {
  const parsed = optionsOf[name].safeParse(given)
  if (parsed.success) return parsed.data as z.output<(typeof optionsOf)[Name]>
  throw new ScenarioError(`${name} was given ${JSON.stringify(given)}: ${z.prettifyError(parsed.error)}`)
}

function judged(pass: boolean, wanted: string, found: string, rows: readonly string[]): Judged {
  const shown = rows.slice(0, rowsMax).map(row => `  ${row}`)
  const more = rows.length - shown.length
  const list = [...shown, ...(more > 0 ? [`  and ${more} more`] : [])]
  return {
    pass,
    message: () => [`expected ${pass ? 'not: ' : ''}${wanted}; ${found}`, ...list].join('\n'),
  }
}

/** In words: ` of feed, messenger web`; nothing if it picks everything. */
function of(selector: Selector): string {
  const parts = [selector.app, selector.surface, selector.region, selector.activity]
  const words = parts.filter(part => part !== undefined).map(part => [part].flat().join(', '))
  return words.length === 0 ? '' : ` of ${words.join(' ')}`
}

function segmentsOf({ segments }: Outcome, selector: Selector): SegmentOutcome[] {
  return segments.filter(segment => matches(selector, segment))
}

/** `feed web browse   harm 75.0 %   goodput 100 % -> 25.0 %   timeout 12, error 3`, worst first; or least harmed first. */
function harmRows(segments: readonly SegmentOutcome[], leastFirst = false): string[] {
  return segments
    .filter(({ harm }) => harm === null || leastFirst || harm > 0)
    .toSorted((a, b) => ((a.harm ?? 1) - (b.harm ?? 1)) * (leastFirst ? 1 : -1))
    .map(segment => {
      const { harm, steadyGoodput, faultGoodput, results } = segment
      const failed = Object.entries(results).filter(
        ([result, count]) => count > 0 && result !== 'served' && result !== 'degraded',
      )
      const came = failed
        .toSorted(([, a], [, b]) => b - a)
        .map(([result, count]) => `${result} ${count}`)
        .join(', ')
      const goodput = `${percent(steadyGoodput)} -> ${percent(faultGoodput)}`
      return `${labelOf(segment).padEnd(30)} harm ${percent(harm).padStart(7)}  goodput ${goodput.padEnd(20)} ${came}`.trimEnd()
    })
}

/** `feed web us         12 of 14 cleared`, most first; with `all` also those of whom none was. */
function logoutRows(outcome: Outcome, selector: Selector, all = false): string[] {
  return outcome
    .toJSON()
    .forcedLogouts.groups.filter(group => matches(selector, group) && (all || group.count > 0))
    .toSorted((a, b) => (all ? a.share - b.share : b.count - a.count))
    .map(({ app, surface, region, count, alive }) => {
      return `${`${app} ${surface} ${region}`.padEnd(30)} ${String(count).padStart(4)} of ${alive} cleared`
    })
}

/** Segments below 95 % of their steady goodput over all of the time after the last undo. */
function afterRows(outcome: Outcome): string[] {
  return outcome.segments.flatMap(segment => {
    const { app, surface, region, activity, steadyGoodput } = segment
    const picks = { app, surface: surface as Surface, activity: activity as Activity }
    const after = outcome.goodput(region === 'all' ? picks : { ...picks, region }, 'after')
    if (steadyGoodput === null || !(after < 0.95 * steadyGoodput)) return []
    return [
      `${labelOf(segment).padEnd(30)} goodput ${percent(steadyGoodput)} -> ${percent(after)} after the undo`,
    ]
  })
}

function percent(value: number | null): string {
  return value === null || Number.isNaN(value) ? 'unknown' : `${(value * 100).toFixed(1)} %`
}

function number(value: number): string {
  return value.toFixed(3)
}
