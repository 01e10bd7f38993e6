import { describe, expect, test } from 'vitest'
import { adminToken, post, startConfig } from './world.ts'

const document = { issuer: 'a', nested: { x: 1, y: 2 } }
const service = (watchMs = 50) => startConfig({ documents: { auth: document }, watchMs })
const watchPath = (after: number) => `/documents/auth/watch?after=${after}&client=c`
type Body = Record<string, unknown>

describe('the config service', () => {
  test('gives a document with its version', async () => {
    const app = service()
    const response = await app.request('/documents/auth')
    expect(await response.json()).toEqual({ version: 1, value: document, promoted: 1, frozen: false })
    const all = await app.request('/documents')
    expect(await all.json()).toEqual({ documents: [{ name: 'auth', version: 1 }] })
  })

  test('merges a change and keeps the history', async () => {
    const app = service()
    const pushed = await app.request(
      '/documents/auth',
      post({ change: { issuer: 'b', nested: { x: null } } }),
    )
    expect(pushed.status).toBe(201)
    expect(await pushed.json()).toEqual({ document: 'auth', version: 2 })
    expect(await (await app.request('/documents/auth')).json()).toMatchObject({
      version: 2,
      value: { issuer: 'b', nested: { y: 2 } },
    })
    const { versions } = (await (await app.request('/documents/auth/history')).json()) as { versions: Body[] }
    expect(versions.map(({ version, state }) => [version, state])).toEqual([
      [1, 'promoted'],
      [2, 'promoted'],
    ])
    expect(await (await app.request('/documents/auth/diff?from=1&to=2')).json()).toEqual({
      from: 1,
      to: 2,
      patch: [
        { op: 'replace', path: '/issuer', value: 'b' },
        { op: 'remove', path: '/nested/x' },
      ],
    })
  })

  test('replaces the whole value, whatever it is: what makes sense is for its consumers to say', async () => {
    const app = service()
    for (const value of [null, 'text', [], {}, 0, false]) {
      expect((await app.request('/documents/auth', post({ value }))).status).toBe(201)
      expect(await (await app.request('/documents/auth')).json()).toMatchObject({ value })
    }
  })

  test('a push to a name that is new makes a document', async () => {
    const app = service()
    expect(await (await app.request('/documents/new', post({ change: { a: 1, b: null } }))).json()).toEqual({
      document: 'new',
      version: 1,
    })
    expect(await (await app.request('/documents/new')).json()).toMatchObject({ value: { a: 1 } })
  })

  test.each(['', '/rollback', '/freeze'])('lets only operators use POST %s', async path => {
    for (const token of [null, '', 'guess', `${adminToken}x`]) {
      const response = await service().request(`/documents/auth${path}`, post({ change: { a: 1 } }, token))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  const tooDeep = `{"value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  test.each([
    ['/', 'text', 400],
    ['/', '{"change":', 400],
    ['/', {}, 400],
    ['/', { change: 1 }, 400],
    ['/', { value: 1, change: {} }, 400],
    ['/', { vlaue: 1 }, 400],
    ['/', { value: 1, emergency: 'yes' }, 400],
    ['/', tooDeep, 400],
    ['/', { value: 'x'.repeat(1_100_000) }, 413],
    ['/rollback', {}, 400],
    ['/rollback', { to: 0 }, 400],
    ['/rollback', { to: 7 }, 404],
    ['/freeze', { frozen: 'yes' }, 400],
    ['/acknowledgements', { client: 'a', version: 1, status: 'perhaps' }, 400],
    ['/acknowledgements', { client: '../a', version: 1, status: 'applied' }, 400],
    ['/health', { client: 'a', version: 1, before: { good: -1, bad: 0 }, since: { good: 0, bad: 0 } }, 400],
    ['/health', { client: 'a', version: 1 }, 400],
  ])('refuses POST %s of %j', { timeout: 10_000 }, async (path, body, status) => {
    const response = await service().request(`/documents/auth${path === '/' ? '' : path}`, post(body))
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: expect.any(String) })
  })

  test('refuses a name that is none', async () => {
    expect((await service().request('/documents/..%2Fetc', post({ value: 1 }))).status).toBe(400)
    expect((await service().request('/documents/__proto__', post({ value: 1 }))).status).toBe(400)
    expect((await service().request('/documents/__proto__')).status).toBe(404)
  })

  test('refuses a change that makes a document too large bit by bit', async () => {
    const app = service()
    const change = (key: string) => post({ change: { [key]: 'x'.repeat(600_000) } })
    expect((await app.request('/documents/auth', change('a'))).status).toBe(201)
    expect((await app.request('/documents/auth', change('b'))).status).toBe(413)
  })

  test('a watch gets the next version as soon as it is pushed', async () => {
    const app = service(5_000)
    const { revision } = (await (await app.request(watchPath(0))).json()) as { revision: number }
    const watch = app.request(watchPath(revision))
    await app.request('/documents/auth', post({ change: { issuer: 'b' } }))
    const next = (await (await watch).json()) as Body
    expect(next).toMatchObject({ version: 2, value: { ...document, issuer: 'b' }, state: 'promoted' })
    expect(next.revision).toBeGreaterThan(revision)
  })

  test('a watch without news ends with 204, and one that is behind, or ahead, gets what there is at once', async () => {
    const app = service()
    const { revision } = (await (await app.request(watchPath(0))).json()) as { revision: number }
    expect((await app.request(watchPath(revision))).status).toBe(204)
    expect(await (await app.request(watchPath(revision + 5))).json()).toMatchObject({ revision })
    expect((await app.request('/documents/nothing/watch?client=c')).status).toBe(404)
  })

  test.each(['after=-1&client=c', 'after=x&client=c', 'after=1', 'client=', 'client=c&region=EU%20'])(
    'refuses a watch with %s',
    async query => {
      expect((await service().request(`/documents/auth/watch?${query}`)).status).toBe(400)
    },
  )

  test('keeps what each client acknowledged', async () => {
    const app = service()
    const acknowledge = (body: unknown) => app.request('/documents/auth/acknowledgements', post(body, null))
    const statements = [
      { client: 'auth', version: 1, status: 'applied' },
      { client: 'auth', version: 2, status: 'refused', reason: 'no' },
      { client: 'auth', version: 1, status: 'applied' },
    ]
    for (const said of statements) expect((await acknowledge({ region: 'us', ...said })).status).toBe(204)
    expect(await (await app.request('/documents/auth/acknowledgements')).json()).toEqual({
      acknowledgements: statements.map(said => ({ ...said, at: expect.any(Number) })),
    })
  })
})

describe('stopping', () => {
  test('ends the watches that are open', async () => {
    const app = service(60_000)
    const { revision } = (await (await app.request(watchPath(0))).json()) as { revision: number }
    const watch = app.request(watchPath(revision))
    app.stop()
    expect((await watch).status).toBe(204)
  })

  test('a watch whose client has gone ends too', async () => {
    const app = service(60_000)
    const { revision } = (await (await app.request(watchPath(0))).json()) as { revision: number }
    const controller = new AbortController()
    const watch = app.request(
      new Request(`http://config.test${watchPath(revision)}`, { signal: controller.signal }),
    )
    controller.abort()
    expect((await watch).status).toBe(204)
  })
})

describe('rollback and freeze', () => {
  test('a rollback is the older version with a newer revision', async () => {
    const app = service()
    await app.request('/documents/auth', post({ value: { issuer: 'b' } }))
    const before = (await (await app.request(watchPath(0))).json()) as { revision: number }
    const response = await app.request('/documents/auth/rollback', post({ to: 1 }))
    expect(await response.json()).toEqual({ document: 'auth', version: 1 })
    const after = (await (await app.request(watchPath(before.revision))).json()) as { revision: number }
    expect(after).toMatchObject({ version: 1, value: document, state: 'promoted' })
    expect(await (await app.request('/documents/auth/rollout')).json()).toMatchObject({
      version: 2,
      state: 'rolled-back',
      reason: 'an operator rolled it back',
    })
    // The number of a version is never given twice.
    expect(await (await app.request('/documents/auth', post({ value: 1 }))).json()).toMatchObject({
      version: 3,
    })
  })

  test('to a version that is gone from history says which there are', async () => {
    const app = service()
    for (let push = 0; push < 120; push += 1) await app.request('/documents/auth', post({ value: push }))
    const response = await app.request('/documents/auth/rollback', post({ to: 1 }))
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ error: 'no_such_version', oldest: 22, newest: 121 })
    expect((await app.request('/documents/auth/diff?from=1&to=121')).status).toBe(404)
    expect((await app.request('/documents/auth/rollback', post({ to: 22 }))).status).toBe(200)
  })

  test('what is in force is never forgotten, however many versions come and go', async () => {
    const app = startConfig({ documents: { auth: document }, staged: true })
    for (let push = 0; push < 120; push += 1) {
      expect((await app.request('/documents/auth', post({ value: push }))).status).toBe(201)
      expect((await app.request('/documents/auth/rollback', post({ to: 1 }))).status).toBe(200)
    }
    expect(await (await app.request('/documents/auth')).json()).toMatchObject({ version: 1, value: document })
    app.stop()
  })

  test('nothing but an emergency is pushed while frozen', async () => {
    const app = service()
    await app.request('/documents/auth/freeze', post({ frozen: true }))
    expect((await app.request('/documents/auth', post({ value: 1 }))).status).toBe(423)
    expect((await app.request('/documents/auth', post({ value: 2, emergency: true }))).status).toBe(201)
    expect(await (await app.request('/documents/auth')).json()).toMatchObject({ value: 2, frozen: true })
    await app.request('/documents/auth/freeze', post({ frozen: false }))
    expect((await app.request('/documents/auth', post({ value: 3 }))).status).toBe(201)
  })
})

test.each([
  ['/documents', 'GET, HEAD'],
  ['/documents/auth', 'GET, HEAD, POST'],
  ['/documents/auth/watch', 'GET, HEAD'],
  ['/documents/auth/freeze', 'POST'],
])('says which methods %s has to one who tries another', async (path, allow) => {
  const response = await service().request(path, { method: 'DELETE' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
})
