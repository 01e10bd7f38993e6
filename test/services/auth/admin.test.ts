import { describe, expect, test } from 'vitest'
import { createAuth } from '../../../services/auth/auth.ts'
import { defaultAuthConfig } from '../../../services/auth/config.ts'
import { createMemoryStore } from '../../../services/auth/store-memory.ts'
import { adminToken, otherIssuer, startAuth } from './helpers.ts'

const operator = { authorization: `Bearer ${adminToken}` }

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

  test('cannot be left open to everybody by an empty operator token', () => {
    const world = { store: createMemoryStore(), config: () => defaultAuthConfig, log: () => {} }
    expect(() => createAuth({ ...world, adminToken: '' })).toThrow(TypeError)
  })
})
