import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { storeLost } from '../../../../harness/faults/data/store-lost.ts'
import { storeReadOnly } from '../../../../harness/faults/data/store-read-only.ts'
import type { DatabaseControl } from '../../../../harness/stack/database-control.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { useStoreWorld } from './support.ts'

describe('storeLost', { timeout: 60_000 }, () => {
  const world = useStoreWorld()

  test.each([
    [{ store: '*' }, 'store'],
    [{ store: 7 }, 'store'],
    [{ where: 'here' }, 'where'],
    [{ what: 'users' }, 'what'],
  ])('refuses %j', (params, problem) => {
    expect(() => storeLost(params as never)).toThrow(ScenarioError)
    expect(() => storeLost(params as never)).toThrow(problem)
  })

  test('is aimed at databases, and holds them', () => {
    const fault = storeLost({})
    expect(fault).toMatchObject({ kind: 'store-lost', layer: 'data', target: 'sessions' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['database:sessions'])
    expect(storeLost({ store: 'rival-sessions' }).problems(family)).toEqual([])
    expect(storeLost({ store: 'auth' }).problems(family)).toEqual([
      expect.stringContaining('auth-1 is no database'),
      expect.stringContaining('auth-2 is no database'),
    ])
    expect(storeLost({ store: 'nobody' }).problems(family)).toHaveLength(1)
  })

  test('leaves no session, until its undo puts back all of them', async () => {
    const { store, inject, addSession } = world
    const before = await Promise.all([1, 2, 3].map(() => addSession()))
    const injected = await inject(storeLost({}))
    for (const { sid } of before) expect(await store.findSession(sid)).toBeUndefined()
    const meanwhile = await addSession()
    expect(await store.findSession(meanwhile.sid)).toMatchObject({ sid: meanwhile.sid })
    expect(await injected.evidence()).toEqual([
      {
        fault: 'store-lost',
        target: 'sessions',
        witness: 'database sessions',
        observed: '3 rows of sessions are gone, 1 have come since',
      },
    ])
    expect(await injected.remains?.()).not.toEqual([])
    await injected.undo()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    for (const session of [...before, meanwhile])
      expect(await store.findSession(session.sid)).toMatchObject(session)
  })

  test('takes users and clients with it where all is lost', async () => {
    const { store, inject } = world
    const issuer = 'https://auth.test'
    const user = { username: 'somebody', subject: 'a' }
    await store.addUsers({ issuer, passwordHash: 'hash', users: [user] })
    await store.addClients({ issuer, secretHash: 'hash', scopes: ['a'], clientIds: ['system'] })
    const injected = await inject(storeLost({ what: 'all' }))
    expect(await store.findUser(issuer, 'somebody')).toBeUndefined()
    expect(await store.findClient(issuer, 'system')).toBeUndefined()
    await injected.undo()
    expect(await store.findUser(issuer, 'somebody')).toMatchObject(user)
    expect(await store.findClient(issuer, 'system')).toMatchObject({ scopes: ['a'] })
  })

  test('keeps what was made meanwhile in the place of what is put back', async () => {
    const { store, inject, addSession } = world
    const issuer = 'https://auth.test'
    const addUser = (subject: string) =>
      store.addUsers({ issuer, passwordHash: subject, users: [{ username: 'anew', subject }] })
    const before = await addSession({ sid: 'made-twice', usedRefreshJti: 'before' })
    await addUser('before')
    const injected = await inject(storeLost({ what: 'all' }))
    await addSession({ ...before, usedRefreshJti: 'meanwhile' })
    expect(await addUser('meanwhile')).toBe(1)
    await injected.undo()
    expect(await store.findSession('made-twice')).toMatchObject({ usedRefreshJti: 'meanwhile' })
    expect(await store.findUser(issuer, 'anew')).toMatchObject({ subject: 'meanwhile' })
    expect(await injected.remains?.()).toEqual([])
  })

  test('can be undone again where its undo has failed', async () => {
    const { store, inject, addSession } = world
    const { sid } = await addSession()
    const injected = await inject(storeLost({}))
    const readOnly = await inject(storeReadOnly({}))
    await expect(injected.undo()).rejects.toThrow(/read-only/)
    expect(await injected.remains?.()).not.toEqual([])
    await readOnly.undo()
    await injected.undo()
    expect(await store.findSession(sid)).toBeDefined()
    expect(await injected.remains?.()).toEqual([])
  })

  test('is at all of several databases, or at none', async () => {
    const { store, database, addSession } = world
    const { sid } = await addSession()
    const fault = storeLost({ store: 'sessions@*' })
    const names = fault.holds(cellularFamily).map(hold => hold.replace('database:', ''))
    expect(names.length).toBeGreaterThan(1)
    const asked: string[] = []
    const away = (name: string): DatabaseControl => ({
      name,
      query: async sql => {
        asked.push(sql)
        if (sql.includes('CREATE TABLE')) throw new HarnessError(`${name} is away`)
        return []
      },
    })
    const [first = '', ...others] = names
    const databases = Object.fromEntries([[first, database], ...others.map(name => [name, away(name)])])
    const injectInto = (given: Record<string, DatabaseControl>) =>
      fault.inject({ databases: given, topology: cellularFamily } as never)
    await expect(injectInto(databases)).rejects.toThrow('is away')
    expect(asked.length).toBeGreaterThan(0)
    expect(await store.findSession(sid)).toBeDefined()
    await expect(async () => injectInto({ [first]: database })).rejects.toThrow(HarnessError)
    expect(await store.findSession(sid)).toBeDefined()
  })

  test('has no evidence where there was nothing to lose', async () => {
    await world.database.query('DELETE FROM sessions')
    const injected = await world.inject(storeLost({}))
    expect(await injected.evidence()).toEqual([])
    await injected.undo()
  })

  test('leaves nothing behind where it comes to nothing', async () => {
    await world.database.query('CREATE TABLE firebreak_kept_clients ()')
    await world.addSession({ sid: 'stays' })
    await expect(world.inject(storeLost({ what: 'all' }))).rejects.toThrow(
      /database sessions: .*firebreak_kept_clients/,
    )
    expect(await world.store.findSession('stays')).toBeDefined()
    expect(await world.database.query("SELECT to_regclass('firebreak_kept_sessions')")).toEqual([
      { to_regclass: null },
    ])
  })
})
