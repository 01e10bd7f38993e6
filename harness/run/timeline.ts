/** Puts a scenario's faults on and takes them off again, on the run's clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError, messageOf } from '../errors.ts'
import type { Evidence, Fault, Injected } from '../faults/fault.ts'
import type { FaultWindow } from '../outcome/history.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'

/** An undo that takes longer has failed, ms. */
const undoLimitMs = 15_000

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
  scenario: Scenario
  stack: Stack
  clock: Clock
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
}

/**
 * Plays the timeline to its end. However it ends, every fault that was put on has been taken off, in reverse order.
 * Rejects with HarnessError if one could not be put on or taken off.
 */
export async function playTimeline({ scenario, stack, clock, phase }: PlayOptions): Promise<Played> {
  const on: { fault: Fault; injected: Injected }[] = []
  const played: Played = { windows: [], evidence: [], unproven: [] }
  const failed = new AbortController()
  const until = (ms: number) =>
    sleep(Math.max(0, ms - clock.now()), undefined, { signal: failed.signal }).catch(() => {
      throw new HarnessError('the timeline was cut short')
    })

  const play = async ({ fault, fromMs, toMs }: Scenario['schedule'][number]) => {
    await until(fromMs)
    await phase(`fault on: ${fault.kind} at ${fault.target}`)
    const from = clock.now()
    const injected = await fault.inject(stack)
    on.push({ fault, injected })
    await until(toMs)
    const evidence = await injected.evidence()
    played.evidence.push(...evidence)
    if (evidence.length === 0) played.unproven.push(`${fault.kind} at ${fault.target}`)
    await undo(fault, injected)
    played.windows.push({ fault: fault.kind, target: fault.target, from, until: clock.now() })
    await phase(`fault off: ${fault.kind} at ${fault.target}`)
  }

  const errors: unknown[] = []
  try {
    const tasks = scenario.schedule.map(entry =>
      play(entry).catch(error => {
        errors.push(error)
        failed.abort()
      }),
    )
    await Promise.all([...tasks, until(scenario.timelineMs).catch(error => errors.push(error))])
  } finally {
    for (const { fault, injected } of on.reverse()) {
      await undo(fault, injected).catch(error => errors.push(error))
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 0) throw new AggregateError(errors, errors.map(messageOf).join('; '))
  return played
}

async function undo(fault: Fault, injected: Injected): Promise<void> {
  const timer = new AbortController()
  const limit = sleep(undoLimitMs, undefined, { signal: timer.signal }).then(() => {
    throw new HarnessError(`${fault.kind} at ${fault.target} could not be undone within ${undoLimitMs} ms`)
  })
  try {
    await Promise.race([injected.undo(), limit])
  } finally {
    timer.abort()
    limit.catch(() => {})
  }
}
