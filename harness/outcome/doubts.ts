import { controlApp } from '../scope.ts'
import type { History } from './history.ts'
import type { Outcome } from './outcome.ts'
import { labelOf, meanOf } from './traffic.ts'

/** A steady state with less goodput than this is not one. */
const steadyGoodputMin = 0.98
/** The goodput of its two halves may differ by this much. */
const driftMax = 0.05
/** So much harm may come to the control group, whatever the faults are. */
const controlHarmMax = 0.1
/** Keeps a difference of exactly 5 points from failing by a rounding error. */
const roundingSlack = 1e-9

/**
 * Why a run proves nothing, in sentences; none if its verdict may stand. Each of these makes the verdict `not proven`.
 * (Whether the faults took effect is not asked here: that is for their evidence to say.)
 * `minIntents` (8): what a segment outside the scope needs in the steady state and during the fault.
 */
export function doubts(history: History, outcome: Outcome, options: { minIntents?: number } = {}): string[] {
  return [
    ...steadyDoubts(outcome),
    ...outcome.unmeasured.map(
      segment =>
        `the harm of ${segment} cannot be said: it lacks traffic, or nothing worked in the steady state`,
    ),
    ...trafficDoubts(outcome, options.minIntents ?? 8),
    ...outcome.unsettled.map(
      segment => `the recovery of ${segment} cannot be said: it has no traffic after the undo`,
    ),
    ...sessionDoubts(history, outcome),
    ...controlDoubts(outcome),
  ]
}

function steadyDoubts(outcome: Outcome): string[] {
  const { from, until } = outcome.windows.steady
  const goodput = outcome.goodput({}, 'steady')
  if (Number.isNaN(goodput)) return [`there is no traffic in the steady state (${from} ms to ${until} ms)`]
  if (goodput < steadyGoodputMin) {
    return [
      `the steady state is not steady: its goodput is ${percent(goodput)}, not ${percent(steadyGoodputMin)}`,
    ]
  }
  const middle = (from + until) / 2
  const first = outcome.goodput({}, { from, until: middle })
  const second = outcome.goodput({}, { from: middle, until })
  // With all traffic in one half the difference is NaN; there is nothing to compare, and no doubt from it.
  if (Math.abs(first - second) > driftMax + roundingSlack) {
    return [
      `the steady state is not steady: its goodput goes from ${percent(first)} to ${percent(second)} between its halves`,
    ]
  }
  return []
}

function trafficDoubts(outcome: Outcome, minIntents: number): string[] {
  return outcome.segments
    .filter(segment => !segment.inScope && segment.harm !== null)
    .flatMap(segment => {
      const windows = [
        { name: 'in the steady state', intents: segment.steadyIntents },
        { name: 'during the fault', intents: segment.inFaultIntents },
      ]
      return windows
        .filter(({ intents }) => intents < minIntents)
        .map(
          ({ name, intents }) =>
            `too little traffic: ${labelOf(segment)} has ${intents} intents ${name}, not ${minIntents}`,
        )
    })
}

function sessionDoubts(history: History, outcome: Outcome): string[] {
  if (outcome.forcedLogouts().alive > 0) return []
  const began = history.faults.length === 0 ? 'the timeline began' : 'the first fault began'
  return [`no session was alive when ${began}, so nobody could be logged out`]
}

/** The control app shares nothing with the others but the machine. Where it is harmed, its app is not what was broken. */
function controlDoubts({ segments }: Outcome): string[] {
  const harms = segments
    .filter(({ app, inScope }) => app === controlApp && !inScope)
    .flatMap(({ harm }) => harm ?? [])
  const harm = meanOf(harms) ?? 0
  if (harm <= controlHarmMax) return []
  return [
    `the control group (${controlApp}) was harmed by ${percent(harm)}: something beside the faults is at work, most likely a machine that is too busy to measure on`,
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
