import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { massRevocation } from '../../../../harness/faults/data/mass-revocation.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { useStoreWorld } from './support.ts'

describe('massRevocation', { timeout: 60_000 }, () => {
  const world = useStoreWorld()

  test.each([
    [{ store: '*' }, 'store'],
    [{ store: 7 }, 'store'],
    [{ where: 'here' }, 'where'],
    [{ share: 0 }, 'share'],
    [{ share: 1.1 }, 'share'],
    [{ kinds: [] }, 'kinds'],
    [{ kinds: ['tv'] }, 'kinds'],
  ])('refuses %j', (params, problem) => {
    expect(() => massRevocation(params as never)).toThrow(ScenarioError)
    expect(() => massRevocation(params as never)).toThrow(problem)
  })

  test('is aimed at databases, and holds them', () => {
    const fault = massRevocation({})
    expect(fault).toMatchObject({ kind: 'mass-revocation', layer: 'data', target: 'sessions' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['database:sessions'])
    expect(massRevocation({ store: 'rival-sessions' }).problems(family)).toEqual([])
    expect(massRevocation({ store: 'auth' }).problems(family)).toEqual([
      expect.stringContaining('auth-1 is no database'),
      expect.stringContaining('auth-2 is no database'),
    ])
    expect(massRevocation({ store: 'nobody' }).problems(family)).toHaveLength(1)
  })

  const newestSeq = async () =>
    Math.max(0, ...(await world.store.revocationsAfter(0, 0)).map(({ seq }) => seq))

  test('revokes all, tells everybody who follows the list, and is for good', async () => {
    const { store, inject, addSession } = world
    const earlier = await addSession()
    await store.revokeSession(earlier.sid, Date.now())
    const sessions = await Promise.all([1, 2, 3].map(() => addSession()))
    const seen = await newestSeq()
    const injected = await inject(massRevocation({}))
    const listed = await store.revocationsAfter(seen, Date.now())
    expect(listed.map(({ sid }) => sid).toSorted()).toEqual(sessions.map(({ sid }) => sid).toSorted())
    expect(new Set(listed.map(({ seq }) => seq)).size).toBe(3)
    for (const { sid } of sessions) expect((await store.findSession(sid))?.revokedAtMs).toBeGreaterThan(0)
    expect(await injected.evidence()).toMatchObject([{ observed: '3 sessions are revoked' }])
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    expect((await store.findSession(sessions[0]?.sid ?? ''))?.revokedAtMs).toBeGreaterThan(0)
    // Who is revoked next comes after all of them.
    const later = await addSession()
    await store.revokeSession(later.sid, Date.now())
    const last = Math.max(...listed.map(({ seq }) => seq))
    expect(await store.revocationsAfter(last, Date.now())).toMatchObject([{ sid: later.sid }])
  })

  test('takes a share of the users, the same ones each time, and only the kinds that are named', async () => {
    const { store, inject, addSession } = world
    const users = Array.from({ length: 60 }, (_, index) => `of-many-${index}`)
    const openAll = () => Promise.all(users.map(username => addSession({ username, kind: 'web' })))
    const isRevoked = async (sid: string) => (await store.findSession(sid))?.revokedAtMs !== undefined
    const phone = await addSession({ username: 'of-many-0' })
    const rounds: string[][] = []
    for (let round = 0; round < 2; round += 1) {
      const opened = await openAll()
      await inject(massRevocation({ share: 0.5, kinds: ['web'] }))
      const states = await Promise.all(opened.map(({ sid }) => isRevoked(sid)))
      rounds.push(users.filter((_, index) => states[index]))
    }
    expect(rounds[0]).toEqual(rounds[1])
    expect(rounds[0]?.length).toBeGreaterThan(15)
    expect(rounds[0]?.length).toBeLessThan(45)
    expect(await isRevoked(phone.sid)).toBe(false)
  })

  test('has no evidence where there was nobody to revoke', async () => {
    await world.inject(massRevocation({}))
    const injected = await world.inject(massRevocation({}))
    expect(await injected.evidence()).toEqual([])
  })
})
