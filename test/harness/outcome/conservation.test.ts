import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conservation } from '../../../harness/outcome/conservation.ts'
import type { SessionEvent, Surface } from '../../../harness/outcome/history.ts'
import { history, session } from './build.ts'

const ends = ['signed-out', 'expired', 'revoked', 'forced-out'] as const

const balanced = history({
  sessions: [
    ...session('a', -100),
    ...session('b', -100),
    ...session('c', 0, { at: 1_000, type: 'signed-out' }),
    ...session('d', 0, { at: 1_000, type: 'expired' }),
    ...session('e', 0, { at: 1_000, type: 'revoked' }, { surface: 'mobile' }),
    ...session('f', 0, { at: 5_000, type: 'forced-out' }, { surface: 'mobile' }),
  ],
  alive: [
    { app: 'feed', surface: 'web', count: 2 },
    { app: 'feed', surface: 'mobile', count: 0 },
  ],
})

describe('conservation', () => {
  test('accounts for every session, in total and by app and surface', () => {
    expect(conservation(balanced)).toEqual({
      opened: 6,
      alive: 2,
      signedOut: 1,
      expired: 1,
      revoked: 1,
      forcedOut: 1,
      balanced: true,
      problems: [],
      accounts: [
        {
          app: 'feed',
          surface: 'mobile',
          opened: 2,
          alive: 0,
          signedOut: 0,
          expired: 0,
          revoked: 1,
          forcedOut: 1,
        },
        {
          app: 'feed',
          surface: 'web',
          opened: 4,
          alive: 2,
          signedOut: 1,
          expired: 1,
          revoked: 0,
          forcedOut: 0,
        },
      ],
    })
  })

  test('balances a run without sessions', () => {
    expect(conservation(history())).toMatchObject({ opened: 0, alive: 0, balanced: true, accounts: [] })
  })

  test('names the app and surface that do not add up, with the numbers', () => {
    const found = conservation({ ...balanced, alive: [{ app: 'feed', surface: 'web', count: 1 }] })
    expect(found.balanced).toBe(false)
    expect(found.problems).toEqual([
      'feed web: 4 sessions opened, but 3 accounted for ' +
        '(1 alive, 1 signed out, 1 expired, 0 revoked, 0 forced out)',
    ])
  })

  test('does not let one surface make up for another', () => {
    const alive = [
      { app: 'feed', surface: 'web', count: 1 } as const,
      { app: 'feed', surface: 'mobile', count: 1 } as const,
    ]
    const found = conservation({ ...balanced, alive })
    expect(found.opened).toBe(found.alive + found.signedOut + found.expired + found.revoked + found.forcedOut)
    expect(found.balanced).toBe(false)
    expect(found.problems).toHaveLength(2)
  })

  test('notices a count that no crowd can hold', () => {
    const alive = [
      { app: 'feed', surface: 'web', count: 3 } as const,
      { app: 'feed', surface: 'web', count: -1 } as const,
      { app: 'feed', surface: 'mobile', count: 0 } as const,
    ]
    expect(conservation({ ...balanced, alive }).problems).toEqual([
      'feed web: the crowd says that it holds -1 sessions',
    ])
  })

  const open = session('s', 100)
  const close = (at: number, type: (typeof ends)[number]): SessionEvent[] =>
    session('s', 0, { at, type }).slice(1)

  test.each<{ flaw: string; sessions: SessionEvent[]; alive: number; problem: string }>([
    {
      flaw: 'opened twice',
      sessions: [...open, ...session('s', 200)],
      alive: 2,
      problem: 'session s: opened 2 times, at 100 ms and 200 ms',
    },
    {
      flaw: 'ended twice',
      sessions: [...open, ...close(300, 'revoked'), ...close(400, 'forced-out'), ...session('t', 0)],
      alive: 0,
      problem: 'session s: ended 2 times (revoked, forced-out), at 300 ms and 400 ms',
    },
    {
      flaw: 'ended before it was opened',
      sessions: [...open, ...close(50, 'expired')],
      alive: 0,
      problem: 'session s: expired at 50 ms, before it was opened',
    },
    {
      flaw: 'ended without ever having been opened',
      sessions: [...close(50, 'signed-out'), ...session('t', 0)],
      alive: 0,
      problem: 'session s: signed-out at 50 ms, before it was opened',
    },
  ])('notices a session $flaw, though the sums agree', ({ sessions, alive, problem }) => {
    const found = conservation(history({ sessions, alive: [{ app: 'feed', surface: 'web', count: alive }] }))
    expect(found.problems).toEqual([problem])
    expect(found.balanced).toBe(false)
  })

  test('notices a session that moves to another surface', () => {
    const sessions = [
      ...open,
      ...session('s', 0, { at: 300, type: 'revoked' }, { surface: 'mobile' }).slice(1),
      ...session('t', 0, undefined, { surface: 'mobile' }),
      ...session('u', 0, { at: 300, type: 'revoked' }),
    ]
    const alive = [{ app: 'feed', surface: 'web', count: 1 } as const]
    expect(conservation(history({ sessions, alive })).problems).toEqual([
      'session s: moved between feed web and feed mobile',
    ])
  })

  test('orders events by time, and those of one instant as they were recorded', () => {
    const late = [...close(300, 'revoked'), ...open]
    expect(conservation(history({ sessions: late })).balanced).toBe(true)
    expect(conservation(history({ sessions: [...open, ...close(100, 'revoked')] })).balanced).toBe(true)
    expect(conservation(history({ sessions: [...close(100, 'revoked'), ...open] })).balanced).toBe(false)
  })
})

describe('conservation of any crowd', () => {
  const life = fc.record({
    app: fc.constantFrom('feed', 'rival'),
    surface: fc.constantFrom<Surface>('web', 'mobile'),
    opened: fc.integer({ min: -1_000, max: 5_000 }),
    livedMs: fc.integer({ min: 0, max: 5_000 }),
    end: fc.option(fc.constantFrom(...ends), { nil: undefined }),
  })

  type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

  /** What a crowd that loses nothing records of these lives. */
  function recorded(lives: Life[]) {
    const sessions = lives.flatMap(({ app, surface, opened, livedMs, end }, index) =>
      session(`s${index}`, opened, end && { at: opened + livedMs, type: end }, { app, surface }),
    )
    const alive = ['feed', 'rival'].flatMap(app =>
      (['web', 'mobile'] as const).map(surface => ({
        app,
        surface,
        count: lives.filter(one => one.app === app && one.surface === surface && one.end === undefined)
          .length,
      })),
    )
    return history({ sessions, alive })
  }

  test('balances if nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(life), lives => {
        const found = conservation(recorded(lives))
        expect(found.problems).toEqual([])
        expect(found.opened).toBe(lives.length)
      }),
    )
  })

  test('does not balance if any one event is lost, or recorded twice', () => {
    fc.assert(
      fc.property(fc.array(life, { minLength: 1 }), fc.nat(), fc.boolean(), (lives, chosen, isLost) => {
        const whole = recorded(lives)
        const index = chosen % whole.sessions.length
        const kept = isLost ? [] : whole.sessions.slice(index, index + 1)
        const sessions = [
          ...whole.sessions.slice(0, index),
          ...kept,
          ...kept,
          ...whole.sessions.slice(index + 1),
        ]
        expect(conservation({ ...whole, sessions }).balanced).toBe(false)
      }),
    )
  })
})
