/** Puts a scenario's faults on and takes them off again, on the run's clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError, messageOf } from '../errors.ts'
import type { Evidence, Fault, Injected } from '../faults/fault.ts'
import type { FaultWindow } from '../outcome/history.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'

/** Putting on, taking off and evidence: one of these that takes longer has failed, ms. */
const stepLimitMs = 15_000

export interface Clock {
  now(): number
}

export interface Played {
  windows: FaultWindow[]
  evidence: Evidence[]
  /** Faults that nothing but the injection itself speaks for. */
  unproven: string[]
}

export interface PlayOptions {
  scenario: Pick<Scenario, 'schedule' | 'timelineMs'>
  stack: Stack
  clock: Clock
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
  /** Limit for each step of a fault, ms. */
  limitMs?: number
}

/**
 * Plays the timeline to its end. However it ends, every fault that was put on has been taken off, in reverse order.
 * Rejects with what went wrong, or a HarnessError that says it all if several things did; what was put on and could
 * not be taken off is among it.
 */
export async function playTimeline(options: PlayOptions): Promise<Played> {
  const { scenario, stack, clock, phase, limitMs = stepLimitMs } = options
  const on = new Set<{ name: string; injected: Injected }>()
  const played: Played = { windows: [], evidence: [], unproven: [] }
  const errors: unknown[] = []
  const cutShort = new AbortController()
  const until = (ms: number) =>
    sleep(Math.max(0, ms - clock.now()), undefined, { signal: cutShort.signal }).catch(() => {})
  const takeOff = async (fault: { name: string; injected: Injected }) => {
    await within(limitMs, `${fault.name} could not be undone`, fault.injected.undo())
    on.delete(fault)
  }

  const play = async ({ fault, fromMs, toMs }: Scenario['schedule'][number]) => {
    const name = `${fault.kind} at ${fault.target}`
    await until(fromMs)
    if (cutShort.signal.aborted) return
    await phase(`fault on: ${name}`)
    const from = clock.now()
    const entry = { name, injected: await putOn(fault, name, stack, limitMs) }
    on.add(entry)
    await until(toMs)
    if (cutShort.signal.aborted) return
    const evidence = await within(limitMs, `${name} gave no evidence`, entry.injected.evidence())
    played.evidence.push(...evidence)
    if (evidence.length === 0) played.unproven.push(name)
    await takeOff(entry)
    played.windows.push({ fault: fault.kind, target: fault.target, from, until: clock.now() })
    await phase(`fault off: ${name}`)
  }

  const tasks = scenario.schedule.map(entry =>
    play(entry).catch(error => {
      errors.push(error)
      cutShort.abort()
    }),
  )
  await Promise.all([...tasks, until(scenario.timelineMs)])
  // Whatever is on still, because something failed; an undo that failed is tried once more.
  for (const fault of [...on].reverse()) await takeOff(fault).catch(error => errors.push(error))
  if (errors.length > 0) throw asOne(errors)
  return played
}

async function putOn(fault: Fault, name: string, stack: Stack, limitMs: number): Promise<Injected> {
  const injecting = fault.inject(stack)
  try {
    return await within(limitMs, `${name} could not be put on`, injecting)
  } catch (error) {
    // Should it come on late after all, it must not stay.
    injecting.then(late => late.undo()).catch(() => {})
    throw error
  }
}

/** What `work` gives; rejects with HarnessError if it takes longer than `limitMs`. */
async function within<T>(limitMs: number, failure: string, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const limit = sleep(limitMs, undefined, { signal: timer.signal }).then(() => {
    throw new HarnessError(`${failure} within ${limitMs} ms`)
  })
  limit.catch(() => {})
  try {
    return await Promise.race([work, limit])
  } finally {
    timer.abort()
  }
}

function asOne(errors: readonly unknown[]): unknown {
  const messages = [...new Set(errors.map(messageOf))]
  if (messages.length === 1) return errors[0]
  return new HarnessError(messages.join('; '), { cause: new AggregateError(errors) })
}
