/**
 * The last help for a stack that does not come back by itself: all load is taken off for a while. Whether that is enough
 * tells a metastable failure, which its own load keeps up, from one that is stuck (Bronson et al., HotOS 2021).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Recorded } from '../crowd/crowd.ts'
import type { History } from '../outcome/history.ts'
import { computeOutcome, type OutcomeOptions } from '../outcome/outcome.ts'

/** How long load is taken off, ms. */
const offMs = 2_000
/** How long people then have to come back before it is looked at, ms; and for how long it is. */
const settleMs = 3_000
const lookMs = 3_000
/** What is planned for the crowd beyond the end of the timeline, ms. */
export const pushMs = offMs + settleMs + lookMs + 500
/** The crowd's word is behind by this much, ms. */
const behindMs = 200

export interface Pushable {
  readonly recorded: Recorded
  now(): number
  takeLoadOff(forMs: number): Promise<void>
}

/**
 * At the end of a timeline. Undefined where everything has recovered, or it cannot be said; else whether a push helped.
 * `push` is called before it begins.
 */
export async function pushIfStuck(
  crowd: Pushable,
  { faults, end, options }: Pick<History, 'faults' | 'end'> & { options: OutcomeOptions },
  push: () => Promise<void>,
): Promise<boolean | undefined> {
  if (faults.length === 0) return undefined
  await sleep(behindMs)
  const outcomeBy = (until: number, windows: Pick<History, 'faults'>) =>
    computeOutcome({ ...crowd.recorded, ...windows, end: until, alive: [] }, [], options)
  if (!outcomeBy(end, { faults }).metastable) return undefined
  await push()
  await crowd.takeLoadOff(offMs)
  await sleep(settleMs + lookMs)
  // As if all of it up to now had been the fault: what is asked is only whether its aftermath is over.
  const looksFrom = crowd.now() - lookMs
  const [first] = faults.toSorted((a, b) => a.from - b.from)
  if (!first) return undefined
  return !outcomeBy(crowd.now() - behindMs, { faults: [{ ...first, until: looksFrom }] }).metastable
}
