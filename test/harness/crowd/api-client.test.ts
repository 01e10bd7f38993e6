import type { Context } from 'hono'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../../../harness/crowd/api-client.ts'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { credentialOf, nowhere, startApp } from './support.ts'

type Answer = (context: Context) => Response | Promise<Response>

const http = new HttpClient({ deadlineMs: 1_000 })
afterAll(() => http[Symbol.asyncDispose]())

const account = { username: 'system:1', password: 'a secret/+' }

/** An API with answers that can be changed at any time. */
async function startApi() {
  const app = new Hono()
  let issued = 0
  const site = {
    log: [] as string[],
    forms: [] as Record<string, unknown>[],
    basic: '',
    token: (context => context.json({ access_token: `a${++issued}`, token_type: 'Bearer' })) as Answer,
    messages: (context => context.json({ messages: [] })) as Answer,
    revoke: (context => context.body(null, 200)) as Answer,
  }
  const form = (path: 'token' | 'revoke') =>
    app.post(`/oauth/${path}`, async context => {
      site.log.push(path)
      site.basic = context.req.header('authorization') ?? ''
      site.forms.push(await context.req.parseBody())
      return site[path](context)
    })
  form('token')
  form('revoke')
  app.all('/v1/messages', context => {
    site.log.push(`${context.req.method} ${context.req.header('authorization')}`)
    return site.messages(context)
  })
  const started = await startApp(app)
  const client = new ApiClient({ http, place: started.place, account })
  return { site, client, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

const tokenRefused: Answer = context =>
  context.json({ error: 'invalid_token' }, 401, { 'www-authenticate': 'Bearer error="invalid_token"' })

describe('ApiClient', () => {
  test('gets a token for its own credentials, reads, sends now and then, and gives the token back', async () => {
    await using api = await startApi()
    const { site, client } = api
    expect(await client.browse()).toEqual({ result: 'signed-out' })
    expect(await client.signIn()).toEqual({ result: 'served' })
    expect(site.basic).toBe(`Basic ${Buffer.from('system%3A1:a%20secret%2F%2B').toString('base64')}`)
    expect(site.forms).toEqual([{ grant_type: 'client_credentials', scope: 'messages:read messages:write' }])
    site.messages = context => context.json({}, context.req.method === 'POST' ? 201 : 200)
    for (let call = 0; call < 3; call += 1) expect(await client.browse()).toEqual({ result: 'served' })
    expect(await credentialOf(client)).toBe('a1')
    expect(await client.signOut()).toEqual({ result: 'served' })
    expect(client.signedIn).toBe(false)
    expect(site.forms.at(-1)).toEqual({ token: 'a1' })
    expect(site.log).toEqual(['token', 'GET Bearer a1', 'GET Bearer a1', 'POST Bearer a1', 'revoke'])
  })

  test.each<[string, Answer, object]>([
    [
      'that it is not known',
      context => context.json({ error: 'invalid_client' }, 401),
      { result: 'refused', told: 'wrong-password' },
    ],
    [
      'try later',
      context => context.json({ error: 'temporarily_unavailable' }, 503),
      { result: 'refused', told: 'try-later' },
    ],
    [
      'that it asks for too much',
      context => context.json({ error: 'invalid_scope' }, 400),
      { result: 'refused', told: 'other' },
    ],
    ['a crash', context => context.text('oops', 500), { result: 'error' }],
    ['an answer without a token', context => context.json({}), { result: 'error' }],
  ])('is told %s when it asks for a token', async (_, answer, seen) => {
    await using api = await startApi()
    api.site.token = answer
    expect(await api.client.signIn()).toEqual(seen)
    expect(api.client.signedIn).toBe(false)
  })

  test.each<[string, Answer, object, boolean]>([
    ['that its token is no good', tokenRefused, { result: 'signed-out' }, false],
    ['a 401 that says nothing of it', context => context.text('who?', 401), { result: 'error' }, true],
    ['403', context => context.json({ error: 'insufficient_scope' }, 403), { result: 'error' }, true],
    ['503', context => context.json({ error: 'temporarily_unavailable' }, 503), { result: 'error' }, true],
    ['500', context => context.text('oops', 500), { result: 'error' }, true],
  ])('sees %s', async (_, answer, seen, isSignedIn) => {
    await using api = await startApi()
    await api.client.signIn()
    api.site.messages = answer
    expect(await api.client.browse()).toEqual(seen)
    expect(api.client.signedIn).toBe(isSignedIn)
  })

  test('keeps its token when nobody answers', async () => {
    const nobody = new ApiClient({ http, place: await nowhere(), account })
    expect(await nobody.signIn()).toEqual({ result: 'unreachable' })
    await using api = await startApi()
    await api.client.signIn()
    api.site.messages = () => new Promise<Response>(() => {})
    expect(await api.client.browse()).toEqual({ result: 'timeout' })
    api.site.revoke = context => context.text('oops', 500)
    expect(await api.client.signOut()).toEqual({ result: 'error' })
    expect(await credentialOf(api.client)).toBe('a1')
  })

  test('does not let a late answer to an old token take a new one away', async () => {
    await using api = await startApi()
    const { site, client } = api
    await client.signIn()
    const late = Promise.withResolvers<void>()
    site.messages = async context => {
      await late.promise
      return tokenRefused(context)
    }
    const calling = client.browse()
    await expect.poll(() => site.log.at(-1)).toBe('GET Bearer a1')
    await client.signIn()
    late.resolve()
    expect(await calling).toEqual({ result: 'signed-out' })
    expect(await credentialOf(client)).toBe('a2')
  })

  test('probes by reading and by sending, and keeps its token whatever comes back', async () => {
    await using api = await startApi()
    const { site, client } = api
    await client.signIn()
    expect(await client.probe()).toBe(true)
    site.messages = context => (context.req.method === 'POST' ? context.json({}, 201) : tokenRefused(context))
    expect(await client.probe()).toBe(true)
    site.messages = tokenRefused
    expect(await client.probe()).toBe(false)
    expect(await credentialOf(client)).toBe('a1')
  })
})
