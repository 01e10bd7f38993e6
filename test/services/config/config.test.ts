import { describe, expect, test } from 'vitest'
import { createConfig } from '../../../services/config/config.ts'
import { mergePatch } from '../../../services/config/documents.ts'

const adminToken = 'an-operator-of-the-miniature'

function service(watchMs = 50) {
  return createConfig({
    documents: { auth: { issuer: 'a', nested: { x: 1, y: 2 } } },
    adminToken,
    log: () => {},
    watchMs,
  })
}

function post(body: unknown, token: string | null = adminToken): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

describe('the config service', () => {
  test('gives a document with its version', async () => {
    const response = await service().request('/documents/auth')
    expect(await response.json()).toEqual({ version: 1, value: { issuer: 'a', nested: { x: 1, y: 2 } } })
  })

  test('merges a change and keeps the history', async () => {
    const app = service()
    const pushed = await app.request(
      '/documents/auth',
      post({ change: { issuer: 'b', nested: { x: null } } }),
    )
    expect(pushed.status).toBe(201)
    expect(await pushed.json()).toEqual({ document: 'auth', version: 2 })
    expect(await (await app.request('/documents/auth')).json()).toEqual({
      version: 2,
      value: { issuer: 'b', nested: { y: 2 } },
    })
    const { versions } = (await (await app.request('/documents/auth/history')).json()) as {
      versions: unknown[]
    }
    expect(versions).toHaveLength(2)
  })

  test('replaces the whole value, whatever it is: what makes sense is for its consumers to say', async () => {
    const app = service()
    for (const value of [null, 'text', [], {}]) {
      expect((await app.request('/documents/auth', post({ value }))).status).toBe(201)
      expect(await (await app.request('/documents/auth')).json()).toMatchObject({ value })
    }
  })

  test('lets only operators push', async () => {
    for (const token of [null, '', 'guess', `${adminToken}x`]) {
      expect((await service().request('/documents/auth', post({ change: { a: 1 } }, token))).status).toBe(401)
    }
  })

  test.each([
    ['text', 400],
    ['{"change":', 400],
    [{}, 400],
    [{ change: 1 }, 400],
    [{ value: 1, change: {} }, 400],
    [{ vlaue: 1 }, 400],
  ])('refuses the push %j', async (body, status) => {
    expect((await service().request('/documents/auth', post(body))).status).toBe(status)
  })

  test('refuses a name that is none, and a body that is too large', async () => {
    expect((await service().request('/documents/..%2Fetc', post({ value: 1 }))).status).toBe(400)
    expect((await service().request('/documents/auth', post({ value: 'x'.repeat(1_100_000) }))).status).toBe(
      413,
    )
  })

  test('a watch gets the next version as soon as it is pushed', async () => {
    const app = service(5_000)
    const watch = app.request('/documents/auth/watch?after=1&client=c')
    await app.request('/documents/auth', post({ change: { issuer: 'b' } }))
    expect(await (await watch).json()).toMatchObject({ version: 2, value: { issuer: 'b' } })
  })

  test('a watch without news ends with 204, and one that is behind gets the newest at once', async () => {
    const app = service()
    expect((await app.request('/documents/auth/watch?after=1&client=c')).status).toBe(204)
    expect((await app.request('/documents/auth/watch?after=0&client=c')).status).toBe(200)
    expect((await app.request('/documents/auth/watch?after=-1')).status).toBe(400)
    expect((await app.request('/documents/nothing/watch')).status).toBe(404)
  })

  test('keeps what each client last acknowledged', async () => {
    const app = service()
    const acknowledge = (body: unknown) => app.request('/documents/auth/acknowledgements', post(body))
    expect((await acknowledge({ client: 'auth', version: 1, status: 'applied' })).status).toBe(204)
    expect((await acknowledge({ client: 'auth', version: 2, status: 'refused', reason: 'no' })).status).toBe(
      204,
    )
    expect((await acknowledge({ client: 'auth', version: 2, status: 'perhaps' })).status).toBe(400)
    expect(await (await app.request('/documents/auth/acknowledgements')).json()).toEqual({
      acknowledgements: [
        { client: 'auth', version: 2, status: 'refused', reason: 'no', at: expect.any(Number) },
      ],
    })
  })
})

describe('mergePatch', () => {
  // From RFC 7396, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: 'foo' }, null, null],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  test('a key named __proto__ is a key', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>
    expect(Object.hasOwn(merged, '__proto__')).toBe(true)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})
