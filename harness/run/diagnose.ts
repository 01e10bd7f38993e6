import { type Classification, classify } from '../diagnosis/classify.ts'
import type { ProbeRecord } from '../diagnosis/prober.ts'
import { isHarmed, type Score, scoreOf } from '../diagnosis/truth.ts'
import type { History } from '../outcome/history.ts'
import type { Outcome } from '../outcome/outcome.ts'
import { windowsOf } from '../outcome/windows.ts'
import type { Stack } from '../stack/stack.ts'
import type { Played } from './timeline.ts'

/** What an outside observer comes to, and whether that is right. */
export type RunDiagnosis = Classification & {
  score: Score
}

/** What the probes make of a run, by the windows of its faults. */
export function diagnose(
  probes: readonly ProbeRecord[],
  run: { history: History; outcome: Outcome; played: Played; stack: Stack },
): RunDiagnosis {
  const { history, outcome, played, stack } = run
  const { steady, fault } = windowsOf(history)
  const within = (windows: readonly { from: number; until: number }[]) =>
    probes.filter(({ at }) => windows.some(({ from, until }) => at >= from && at < until))
  const injectedAt = fault[0]?.from ?? 0
  const found = classify({ steady: within([steady]), after: within(fault), injectedAt })
  const injected = {
    faults: played.faults.map(each => each.fault),
    mitigations: stack.architecture.mitigations,
  }
  return { ...found, score: scoreOf(found.overall, injected, isHarmed(outcome.segments)) }
}
