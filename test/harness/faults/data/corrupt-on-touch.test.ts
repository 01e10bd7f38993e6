import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { corruptOnTouch } from '../../../../harness/faults/data/corrupt-on-touch.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { useStoreWorld } from './support.ts'

describe('corruptOnTouch', { timeout: 60_000 }, () => {
  const world = useStoreWorld()

  test.each([
    [{ store: '*' }, 'store'],
    [{ store: 7 }, 'store'],
    [{ where: 'here' }, 'where'],
    [{ on: 'read' }, 'on'],
    [{ heal: 'yes' }, 'heal'],
  ])('refuses %j', (params, problem) => {
    expect(() => corruptOnTouch(params as never)).toThrow(ScenarioError)
    expect(() => corruptOnTouch(params as never)).toThrow(problem)
  })

  test('is aimed at databases, and holds them', () => {
    const fault = corruptOnTouch({})
    expect(fault).toMatchObject({ kind: 'corrupt-on-touch', layer: 'data', target: 'sessions' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['database:sessions'])
    expect(corruptOnTouch({ store: 'rival-sessions' }).problems(family)).toEqual([])
    expect(corruptOnTouch({ store: 'auth' }).problems(family)).toEqual([
      expect.stringContaining('auth-1 is no database'),
      expect.stringContaining('auth-2 is no database'),
    ])
    expect(corruptOnTouch({ store: 'nobody' }).problems(family)).toHaveLength(1)
  })

  const use = (sid: string, seenJti: string, jti: string) =>
    world.store.useRefreshToken({
      ...{ sid, seenJti, jti },
      recentRefreshes: [{ jti, atMs: 1 }],
      nowMs: Date.now(),
      expiresAtMs: Date.now() + 7_200_000,
    })

  test('breaks what is used, and nothing else, until its undo mends it', async () => {
    const { store, inject, addSession } = world
    const [used, left] = [await addSession(), await addSession()]
    const injected = await inject(corruptOnTouch({}))
    expect(await injected.evidence()).toEqual([])
    expect(await use(used.sid, 'sign-in', 'first')).toBe(true)
    expect(await store.findSession(used.sid)).toMatchObject({ usedRefreshJti: '', recentRefreshes: [] })
    // Whoever comes next with what it was given is not known.
    expect(await use(used.sid, 'first', 'second')).toBe(false)
    expect(await store.findSession(left.sid)).toMatchObject({ usedRefreshJti: 'sign-in' })
    expect(await injected.evidence()).toMatchObject([{ observed: '1 sessions are broken by their use' }])
    expect(await injected.remains?.()).toHaveLength(3)
    await injected.undo()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    expect(await store.findSession(used.sid)).toMatchObject({
      usedRefreshJti: 'first',
      recentRefreshes: [{ jti: 'first', atMs: 1 }],
    })
    expect(await use(used.sid, 'first', 'second')).toBe(true)
    expect(await store.findSession(used.sid)).toMatchObject({ usedRefreshJti: 'second' })
  })

  test('of a sign-in stores a session that is over at once', async () => {
    const { store, inject, addSession } = world
    const injected = await inject(corruptOnTouch({ on: 'sign-in' }))
    const opened = await addSession()
    expect(await store.findSession(opened.sid)).toMatchObject({ expiresAtMs: 0 })
    await injected.undo()
    expect(await store.findSession(opened.sid)).toMatchObject({ expiresAtMs: opened.expiresAtMs })
  })

  test('leaves the damage where it is not to be healed', async () => {
    const { store, inject, addSession } = world
    const used = await addSession()
    const injected = await inject(corruptOnTouch({ on: 'all', heal: false }))
    await use(used.sid, 'sign-in', 'first')
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    expect(await store.findSession(used.sid)).toMatchObject({ usedRefreshJti: '' })
    const next = await addSession()
    expect(await use(next.sid, 'sign-in', 'first')).toBe(true)
    expect(await store.findSession(next.sid)).toMatchObject({ usedRefreshJti: 'first' })
  })
})
