import { describe, expect, test } from 'vitest'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { history, session, usualFault } from './build.ts'

describe('forced logouts', () => {
  test('are counted, and set against the sessions alive when the fault began', () => {
    const sessions = [
      ...session('kept', -500),
      ...session('forced', -500, { at: 4_000, type: 'forced-out' }),
      ...session('forced-later', 3_999, { at: 11_000, type: 'forced-out' }),
      ...session('left', 100, { at: 5_000, type: 'signed-out' }),
      ...session('gone-before', 100, { at: 3_000, type: 'expired' }),
    ]
    expect(computeOutcome(history({ sessions }), []).forcedLogouts()).toEqual({
      count: 2,
      // Of three: who signed out had no part in it.
      share: 2 / 3,
      alive: 3,
    })
  })

  test('of sessions opened during the fault are counted, but are no part of the share', () => {
    const sessions = [
      ...session('old', 0),
      ...session('new', 4_000, { at: 5_000, type: 'forced-out' }),
      ...session('newer', 9_000, { at: 9_500, type: 'forced-out' }),
    ]
    expect(computeOutcome(history({ sessions }), []).forcedLogouts()).toEqual({
      count: 2,
      share: 0,
      alive: 1,
    })
  })

  test('before the first fault are not counted', () => {
    const sessions = [...session('early', 0, { at: 3_999, type: 'forced-out' }), ...session('kept', 0)]
    expect(computeOutcome(history({ sessions }), []).forcedLogouts()).toEqual({
      count: 0,
      share: 0,
      alive: 1,
    })
  })

  test('are counted from 0 in a run without faults', () => {
    const sessions = [
      ...session('warm-up', -900, { at: -100, type: 'forced-out' }),
      ...session('kept', -900),
      ...session('forced', -900, { at: 0, type: 'forced-out' }),
    ]
    const outcome = computeOutcome(history({ sessions, faults: [] }), [])
    expect(outcome.forcedLogouts()).toEqual({ count: 1, share: 0.5, alive: 2 })
  })

  test('are counted from the first of several faults', () => {
    const faults = [usualFault, { ...usualFault, from: 2_000, until: 3_000 }]
    const sessions = session('forced', 0, { at: 2_500, type: 'forced-out' })
    expect(computeOutcome(history({ sessions, faults }), []).forcedLogouts().count).toBe(1)
  })

  test('are picked by app, surface and region; activity is not asked about', () => {
    const forced = { at: 5_000, type: 'forced-out' } as const
    const sessions = [
      ...session('a', 0, forced),
      ...session('b', 0, forced, { surface: 'mobile' }),
      ...session('c', 0, undefined, { surface: 'mobile', region: 'eu' }),
      ...session('d', 0, undefined, { app: 'rival' }),
    ]
    const outcome = computeOutcome(history({ sessions }), [])
    expect(outcome.forcedLogouts({ surface: 'web' })).toEqual({ count: 1, share: 0.5, alive: 2 })
    expect(outcome.forcedLogouts({ surface: 'mobile', activity: 'sign-in' })).toMatchObject({
      count: 1,
      share: 0.5,
    })
    expect(outcome.forcedLogouts({ app: ['feed', 'rival'], region: 'eu' })).toEqual({
      count: 0,
      share: 0,
      alive: 1,
    })
    expect(outcome.forcedLogouts({ app: 'rival' }).count).toBe(0)
  })

  test('are in the results for each app, surface and region that had sessions', () => {
    const sessions = [
      ...session('a', 0, { at: 5_000, type: 'forced-out' }),
      ...session('b', 0),
      ...session('c', 0, { at: 5_000, type: 'forced-out' }, { surface: 'mobile' }),
      ...session('d', 0, undefined, { app: 'rival', region: 'eu' }),
    ]
    expect(computeOutcome(history({ sessions }), []).toJSON().forcedLogouts).toEqual({
      count: 2,
      share: 0.5,
      alive: 4,
      groups: [
        { app: 'feed', surface: 'web', region: 'us', count: 1, share: 0.5, alive: 2 },
        { app: 'feed', surface: 'mobile', region: 'us', count: 1, share: 1, alive: 1 },
        { app: 'rival', surface: 'web', region: 'eu', count: 0, share: 0, alive: 1 },
      ],
    })
  })

  test('of nobody are none', () => {
    expect(computeOutcome(history(), []).forcedLogouts()).toEqual({ count: 0, share: 0, alive: 0 })
  })
})
