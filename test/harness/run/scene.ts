/** Faults that write down what is done to them, and a timeline to play them on. */
import { expect } from 'vitest'
import type { Evidence, Fault, Injected } from '../../../harness/faults/fault.ts'
import { playTimeline } from '../../../harness/run/timeline.ts'
import type { Stack } from '../../../harness/stack/stack.ts'

const stack = { id: 'fb-test' } as Stack
/** What hangs. */
export const never = () => new Promise<never>(() => {})

export function scene() {
  const log: string[] = []
  type Parts = Partial<Injected> & { inject?: () => Promise<void>; holds?: string[] }
  const fault = (kind: string, parts: Parts = {}): Fault => ({
    kind,
    layer: 'network',
    target: 'feed -> auth',
    params: {},
    connections: 'kept',
    runtimes: { containers: 'real', processes: 'real' },
    needs: [],
    holds: () => parts.holds ?? [],
    problems: () => [],
    async inject(given) {
      expect(given).toBe(stack)
      log.push(`${kind} on`)
      await parts.inject?.()
      return {
        evidence: async () => {
          log.push(`${kind} evidence`)
          return (await parts.evidence?.()) ?? [proof(kind)]
        },
        undo: async () => {
          log.push(`${kind} undo`)
          await parts.undo?.()
        },
        undoHard: async () => {
          log.push(`${kind} undo hard`)
          await parts.undoHard?.()
        },
      }
    },
  })
  const play = (
    schedule: [fromMs: number, toMs: number, fault: Fault][],
    timelineMs = 400,
    signal?: AbortSignal,
  ) => {
    const zero = performance.now()
    return playTimeline({
      scenario: {
        timelineMs,
        schedule: schedule.map(([fromMs, toMs, each]) => ({ fromMs, toMs, fault: each })),
      },
      stack,
      clock: { now: () => performance.now() - zero },
      phase: async text => void log.push(text),
      limitMs: 150,
      hardLimitMs: 150,
      signal,
    })
  }
  return { log, fault, play }
}

export function proof(kind: string): Evidence {
  return { fault: kind, target: 'feed -> auth', witness: 'test', observed: 'it' }
}
