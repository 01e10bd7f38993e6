/** Asks a scenario's `abortWhen` a few times a second while faults may be on. */
import { messageOf, ScenarioError } from '../errors.ts'
import type { Scenario } from '../scenario.ts'
import { CutShort } from './cut-short.ts'
import type { LiveMeasures } from './live-measures.ts'

const askEveryMs = 250

export interface AbortWatch extends Disposable {
  /** Aborts with CutShort when the scenario says so, and with ScenarioError when its `abortWhen` makes a mistake. */
  readonly signal: AbortSignal
}

/** From the first fault to the end of the last one. */
export function watchAbort(
  { abortWhen, schedule }: Pick<Scenario, 'abortWhen' | 'schedule'>,
  live: LiveMeasures,
  everyMs = askEveryMs,
): AbortWatch {
  const controller = new AbortController()
  const fromMs = Math.min(...schedule.map(each => each.fromMs))
  const toMs = Math.max(...schedule.map(each => each.toMs))
  const ask = () => {
    if (!abortWhen || live.nowMs < fromMs || live.nowMs > toMs) return
    try {
      const reason = reasonOf(abortWhen(live))
      if (reason !== undefined)
        controller.abort(new CutShort(`aborted at ${Math.round(live.nowMs)} ms: ${reason}`))
    } catch (error) {
      const mistake =
        error instanceof ScenarioError ? error : new ScenarioError(`abortWhen: ${messageOf(error)}`)
      controller.abort(mistake)
    }
  }
  const timer = abortWhen && setInterval(ask, everyMs)
  const stop = () => clearInterval(timer)
  controller.signal.addEventListener('abort', stop)
  return { signal: controller.signal, [Symbol.dispose]: stop }
}

function reasonOf(answer: unknown): string | undefined {
  if (answer === false) return undefined
  if (answer === true) return 'its abortWhen says so'
  if (typeof answer === 'string' && answer.trim() !== '') return answer
  throw new ScenarioError(
    `abortWhen gave ${answer instanceof Promise ? 'a promise' : JSON.stringify(answer)}; it gives true, false, or a reason`,
  )
}
