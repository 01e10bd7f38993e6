import { describe, expect, test } from 'vitest'
import type { Recorded } from '../../../harness/crowd/crowd.ts'
import { ScenarioError } from '../../../harness/errors.ts'
import type { Intent, Segment } from '../../../harness/outcome/history.ts'
import { liveMeasures } from '../../../harness/run/live-measures.ts'

const segments: Segment[] = ['feed', 'rival'].map(app => ({
  app,
  surface: 'web',
  region: 'all',
  activity: 'browse',
}))

function intent(app: string, at: number, result: Intent['result'], latencyMs = 10): Intent {
  return { app, surface: 'web', region: 'us', activity: 'browse', at, latencyMs, result, user: `${app}-1` }
}

function scene(intents: Intent[], rest: Partial<Recorded> = {}) {
  const recorded: Recorded = { intents, sessions: [], deadSessionProbes: [], ...rest }
  let nowMs = 0
  const live = liveMeasures({ recorded, now: () => nowMs, firstFaultMs: 2_000, segments })
  return {
    live,
    at(ms: number) {
      nowMs = ms
      return live
    },
  }
}

describe('live measures', () => {
  test('give the goodput of what came to its end lately, for whom is asked', () => {
    const { at } = scene([
      intent('feed', 100, 'served'),
      intent('feed', 2_500, 'error'),
      intent('rival', 2_500, 'served'),
      intent('feed', 3_500, 'degraded'),
    ])
    const live = at(4_000)
    expect(live.nowMs).toBe(4_000)
    expect(live.goodput({ app: 'feed' })).toBe(0.5)
    expect(live.goodput({ app: 'feed' }, 1_000)).toBe(1)
    expect(live.goodput()).toBeCloseTo(2 / 3)
  })

  test('counts an intent when it ends, not when it was begun', () => {
    const { at } = scene([intent('feed', 3_900, 'served'), intent('feed', 500, 'timeout', 3_450)])
    expect(at(4_000).goodput({ app: 'feed' }, 500)).toBe(0.5)
  })

  test('give NaN where nothing came to its end, so that no comparison holds', () => {
    const { at } = scene([])
    expect(at(4_000).goodput()).toBeNaN()
    expect(at(4_000).harm({ app: 'rival' }) > 0).toBe(false)
  })

  test('give the harm against the steady state, never below 0', () => {
    const { at } = scene([
      intent('feed', 100, 'served'),
      intent('feed', 200, 'error'),
      intent('rival', 300, 'served'),
      // Begun before the first fault, and ended by it.
      intent('rival', 1_900, 'lost', 200),
      intent('feed', 3_000, 'served'),
      intent('rival', 3_000, 'served'),
    ])
    const live = at(4_000)
    expect(live.harm({ app: 'rival' })).toBe(0.5)
    expect(live.harm({ app: 'feed' })).toBe(0)
  })

  test('give the share of sessions forced out since the first fault, and the false accepts', () => {
    const event = { app: 'feed', surface: 'web', region: 'us' } as const
    const sessions = [
      { ...event, session: '1', at: -100, type: 'opened' as const },
      { ...event, session: '2', at: -100, type: 'opened' as const },
      { ...event, session: '1', at: 2_500, type: 'forced-out' as const },
    ]
    const deadSessionProbes = [true, false].map(accepted => ({ ...event, session: '3', at: 1, accepted }))
    const { at } = scene([], { sessions, deadSessionProbes })
    expect(at(3_000).forcedLogoutShare()).toBe(0.5)
    expect(at(3_000).forcedLogoutShare({ app: 'rival' })).toBe(0)
    expect(at(3_000).falseAccepts).toBe(1)
  })

  test.each([{ app: 'fed' }, { surface: 'tv' }, { region: 'eu' }, { place: 'us' }])(
    'refuse %j, which picks nothing',
    selector => {
      const { live } = scene([])
      for (const ask of [live.goodput, live.harm, live.forcedLogoutShare])
        expect(() => ask(selector as never)).toThrow(ScenarioError)
    },
  )
})
