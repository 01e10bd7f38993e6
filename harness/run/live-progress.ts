/** What a run looks like while it goes on, for those who watch: a line a second, and nothing that anything is judged by. */

import type { Recorded } from '../crowd/crowd.ts'
import { isGood } from '../outcome/traffic.ts'

export interface LiveSnapshot {
  /** On the clock of the run, ms. */
  nowMs: number
  timelineMs: number
  /** By app: the share of the last two seconds' intents that was served; null without any. */
  goodput: Record<string, number | null>
  /** Valid sessions cleared so far. */
  forcedOut: number
}

const lookBackMs = 2_000
const everyMs = 1_000

export function liveSnapshot(recorded: Recorded, nowMs: number, timelineMs: number): LiveSnapshot {
  const goodput: Record<string, number | null> = {}
  const counts = new Map<string, { all: number; good: number }>()
  // The latest come last; those that take longest come out of order, and are few.
  for (let index = recorded.intents.length - 1; index >= 0; index -= 1) {
    const intent = recorded.intents[index]
    if (!intent || intent.at < nowMs - 2 * lookBackMs) break
    if (intent.at < nowMs - lookBackMs) continue
    const count = counts.get(intent.app) ?? { all: 0, good: 0 }
    counts.set(intent.app, count)
    count.all += 1
    if (isGood(intent.result)) count.good += 1
  }
  for (const [app, { all, good }] of counts) goodput[app] = all === 0 ? null : good / all
  const forcedOut = recorded.sessions.filter(({ type }) => type === 'forced-out').length
  return { nowMs, timelineMs, goodput, forcedOut }
}

/** Tells once a second, until it is disposed of. */
export function watchLive(
  crowd: { recorded: Recorded; now(): number },
  timelineMs: number,
  tell: (snapshot: LiveSnapshot) => void,
): Disposable {
  const timer = setInterval(() => {
    const nowMs = crowd.now()
    if (nowMs >= 0 && nowMs <= timelineMs) tell(liveSnapshot(crowd.recorded, nowMs, timelineMs))
  }, everyMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
