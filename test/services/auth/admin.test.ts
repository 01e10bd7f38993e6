import { describe, expect, test } from 'vitest'
import { createAuth } from '../../../services/auth/auth.ts'
import { defaultAuthConfig } from '../../../services/auth/config.ts'
import { Health } from '../../../services/common/health.ts'
import { adminToken, operator, otherIssuer, password, startAuth, systemSecret } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

describe('creating users', () => {
  test('makes them numbered, with the password given', async () => {
    const auth = startAuth()
    expect(await auth.createUsers('feed-', 3)).toMatchObject({ status: 200, body: { count: 3, created: 3 } })
    const subjects = [0, 1, 2].map(async n => (await auth.signIn('web', `feed-${n}`)).subject)
    expect(new Set(await Promise.all(subjects)).size).toBe(3)
    expect(await auth.store.findUser('https://auth.firebreak.test', 'feed-3')).toBeUndefined()
  })

  test('may be repeated, and leaves those that exist as they are', async () => {
    const auth = startAuth()
    await auth.createUsers('user', 2)
    const { subject } = await auth.signIn('web')
    expect((await auth.createUsers('user', 3, 'another password')).body).toEqual({ count: 3, created: 1 })
    expect((await auth.signIn('web')).subject).toBe(subject)
  })

  test('makes them under the issuer of the moment', async () => {
    const auth = startAuth()
    await auth.createUsers('user', 1)
    const { subject } = await auth.signIn('web')
    auth.setConfig({ issuer: otherIssuer })
    expect((await auth.createUsers('user', 1)).body.created).toBe(1)
    expect((await auth.signIn('web')).subject).not.toBe(subject)
  })

  test('makes ten thousand at once', async () => {
    const auth = startAuth()
    expect((await auth.createUsers('user', 10_000)).body.created).toBe(10_000)
    await auth.signIn('web', 'user9999')
  })

  test.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer nonsense' }],
    ['another scheme', { authorization: `Basic ${adminToken}` }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('is refused with %s', async (_title, headers: Record<string, string>) => {
    const auth = startAuth()
    const answer = await auth.json('/admin/users', { prefix: 'x', count: 1, password: 'p' }, headers)
    expect(answer).toMatchObject({ status: 401, body: { error: 'operators_only' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(await auth.store.hasUsers('https://auth.firebreak.test')).toBe(false)
  })

  test.each([
    { prefix: 'x', count: 0, password: 'p' },
    { prefix: 'x', count: 10_001, password: 'p' },
    { prefix: 'x', count: 1.5, password: 'p' },
    { prefix: '', count: 1, password: 'p' },
    { prefix: 'x\0', count: 1, password: 'p' },
    { prefix: 'x', count: 1, password: '' },
    { prefix: 'x', count: 1 },
  ])('refuses %j', async body => {
    const answer = await startAuth().json('/admin/users', body, operator)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('of many groups is one request', async () => {
    const auth = startAuth()
    const users = [
      { prefix: 'a', count: 2 },
      { prefix: 'b', count: 1 },
    ]
    const answer = await auth.json('/admin/users', { password, users }, operator)
    expect(answer).toMatchObject({ status: 200, body: { count: 3, created: 3 } })
    for (const name of ['a0', 'a1', 'b0']) await auth.signIn('web', name)
  })

  test('has a limit over all groups', async () => {
    const users = Array.from({ length: 3 }, (_, n) => ({ prefix: `${n}-`, count: 10_000 }))
    const answer = await startAuth().json('/admin/users', { password, users }, operator)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})

describe('creating system clients', () => {
  const good = { secret: systemSecret, scopes: ['messages:read'], clients: [{ prefix: 'shop-', count: 2 }] }

  test('makes them numbered, and leaves those that exist as they are', async () => {
    const auth = startAuth()
    expect((await auth.json('/admin/clients', good, operator)).body).toEqual({ count: 2, created: 2 })
    const again = { ...good, secret: 'another secret, long enough' }
    expect((await auth.json('/admin/clients', again, operator)).body).toEqual({ count: 2, created: 0 })
    expect((await auth.clientCredentials('shop-1')).status).toBe(200)
  })

  test('keeps only the hash of the secret', async () => {
    const auth = startAuth()
    await auth.json('/admin/clients', good, operator)
    const stored = await auth.store.findClient('https://auth.firebreak.test', 'shop-0')
    expect(JSON.stringify(stored)).not.toContain(systemSecret)
  })

  test.each([
    ['a short secret', { secret: 'guess me' }, 'invalid_request'],
    ['no scopes', { scopes: [] }, 'invalid_request'],
    ['a scope that there is not', { scopes: ['messages:read', 'everything'] }, 'invalid_scope'],
    ['a scope of two words', { scopes: ['messages:read messages:write'] }, 'invalid_request'],
    ['no clients', { clients: [] }, 'invalid_request'],
    ['a name that no header carries', { clients: [{ prefix: 'é', count: 1 }] }, 'invalid_request'],
  ])('refuses %s', async (_title, change, error) => {
    const answer = await startAuth().json('/admin/clients', { ...good, ...change }, operator)
    expect(answer).toMatchObject({ status: 400, body: { error } })
  })
})

describe('an auth', () => {
  const world = {
    store: createMemoryStore(),
    config: () => defaultAuthConfig,
    adminToken,
    clients: {},
    mitigations: new Set<never>(),
    health: new Health(),
    log: () => {},
  }

  test.each([
    ['operator token', { adminToken: '' }],
    ['service secret', { clients: { feed: '' } }],
  ])('cannot be left open to everybody by an empty %s', (_title, change) => {
    expect(() => createAuth({ ...world, ...change })).toThrow(TypeError)
  })
})

describe('every operator route', () => {
  test.each([
    ['POST', '/admin/users'],
    ['POST', '/admin/clients'],
    ['GET', '/admin/keys'],
    ['POST', '/admin/keys/rotate'],
    ['DELETE', '/admin/keys/any?emergency=true'],
  ])('%s %s is for operators only', async (method, path) => {
    const answer = await startAuth().send(path, { method })
    expect(answer).toMatchObject({ status: 401, body: { error: 'operators_only' } })
  })
})
