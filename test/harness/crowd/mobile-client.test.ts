import type { Context } from 'hono'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { MobileClient } from '../../../harness/crowd/mobile-client.ts'
import { account, credentialOf, cutMidAnswer, nowhere, startApp, startRaw } from './support.ts'

type Answer = (context: Context) => Response | Promise<Response>

const http = new HttpClient({ deadlineMs: 1_000 })
afterAll(() => http[Symbol.asyncDispose]())

const tokens = (number: number) => ({ access_token: `access-${number}`, refresh_token: `refresh-${number}` })
const invalidGrant: Answer = context => context.json({ error: 'invalid_grant' }, 400)
const unauthorized: Answer = context => context.json({ error: 'invalid_token' }, 401)

/** An app for phones that rotates its tokens, with answers that can be changed at any time. */
async function startPhoneApp() {
  const app = new Hono()
  let issued = 0
  const site = {
    /** The access token that is good; any if undefined. */
    good: undefined as string | undefined,
    log: [] as string[],
    headers: [] as Record<string, string>[],
    content: (async context => {
      const shown = context.req.header('authorization')
      if (site.good !== undefined && shown !== `Bearer ${site.good}`) return unauthorized(context)
      return context.json({ content: [] })
    }) as Answer,
    signIn: (context => context.json(tokens(++issued))) as Answer,
    refresh: (context => {
      site.good = `access-${++issued}`
      return context.json(tokens(issued))
    }) as Answer,
    signOut: (context => context.body(null, 204)) as Answer,
  }
  app.get('/api/content', context => {
    site.log.push(`content ${context.req.header('authorization')}`)
    return site.content(context)
  })
  const post = (path: 'sign-in' | 'refresh' | 'sign-out', answer: () => Answer) =>
    app.post(`/api/${path}`, async context => {
      site.headers.push(context.req.header())
      const body = (await context.req.json()) as Record<string, string>
      site.log.push(`${path} ${body.refresh_token ?? body.username}`)
      return answer()(context)
    })
  post('sign-in', () => site.signIn)
  post('refresh', () => site.refresh)
  post('sign-out', () => site.signOut)
  const started = await startApp(app)
  const client = new MobileClient({ http, place: started.place, account })
  return { site, client, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

describe('MobileClient', () => {
  test('signs in, shows its access token, renews it in the background, and signs out', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    expect(await client.browse()).toEqual({ result: 'signed-out' })
    expect(await client.signIn()).toEqual({ result: 'served' })
    expect(await client.browse()).toEqual({ result: 'served' })
    expect(await client.refresh()).toEqual({ result: 'served' })
    expect(await client.browse()).toEqual({ result: 'served' })
    expect(await credentialOf(client)).toBe('refresh-2')
    expect(await client.signOut()).toEqual({ result: 'served' })
    expect(client.signedIn).toBe(false)
    expect(await client.refresh()).toEqual({ result: 'signed-out' })
    expect(site.log).toEqual([
      'sign-in ann',
      'content Bearer access-1',
      'refresh refresh-1',
      'content Bearer access-2',
      'sign-out refresh-2',
    ])
  })

  test.each<[string, Answer, object]>([
    [
      'a wrong password',
      context => context.json({ error: 'invalid_credentials' }, 401),
      { result: 'refused', told: 'wrong-password' },
    ],
    [
      'try later',
      context => context.json({ error: 'temporarily_unavailable' }, 503),
      { result: 'refused', told: 'try-later' },
    ],
    [
      'to come more slowly',
      context => context.json({ error: 'rate_limited' }, 429, { 'retry-after': '1' }),
      { result: 'refused', told: 'try-later', retryAfterMs: 1_000 },
    ],
    [
      'to come back on a day',
      context => context.json({}, 503, { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }),
      { result: 'refused', told: 'try-later' },
    ],
    [
      'a bad request',
      context => context.json({ error: 'invalid_request' }, 400),
      { result: 'refused', told: 'other' },
    ],
    ['a crash', context => context.text('oops', 500), { result: 'error' }],
    ['an answer without tokens', context => context.json({ access_token: 'only' }), { result: 'error' }],
    ['an answer that is not JSON', context => context.text('hello'), { result: 'error' }],
  ])('is told %s when it signs in', async (_, answer, seen) => {
    await using world = await startPhoneApp()
    world.site.signIn = answer
    expect(await world.client.signIn()).toEqual(seen)
    expect(world.client.signedIn).toBe(false)
  })

  test('shows its place in the queue again until it is let in, and says where it comes from', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    const letIn = site.signIn
    const queued = (ticket: string): Answer => {
      return context => context.json({ error: 'temporarily_unavailable', queue_ticket: ticket }, 503)
    }
    const shown = () => site.headers.at(-1)?.['x-queue-ticket']
    site.signIn = queued('t1')
    expect(await client.signIn()).toEqual({ result: 'refused', told: 'try-later' })
    expect(shown()).toBeUndefined()
    site.signIn = queued('t2')
    await client.signIn()
    expect(shown()).toBe('t1')
    site.signIn = context => context.text('oops', 500)
    await client.signIn()
    site.signIn = letIn
    expect(await client.signIn()).toEqual({ result: 'served' })
    expect(shown()).toBe('t2')
    await client.signIn()
    expect(shown()).toBeUndefined()
    expect(site.headers.every(headers => headers['x-forwarded-for'] === '10.1.2.3')).toBe(true)
  })

  test('renews an access token that is refused, once, and asks again with the new one', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    site.good = 'access-2'
    expect(await client.browse()).toEqual({ result: 'served' })
    expect(site.log.slice(1)).toEqual([
      'content Bearer access-1',
      'refresh refresh-1',
      'content Bearer access-2',
    ])
  })

  test('clears its tokens when its refresh token is refused in so many words', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    site.content = unauthorized
    site.refresh = invalidGrant
    expect(await client.browse()).toEqual({ result: 'signed-out' })
    expect(client.signedIn).toBe(false)
  })

  test.each<[string, Answer]>([
    ['503', context => context.json({ error: 'temporarily_unavailable' }, 503)],
    ['500', context => context.text('oops', 500)],
    ['a request that is called malformed', context => context.json({ error: 'invalid_request' }, 400)],
    ['a 401 that says nothing of the token', context => context.text('who are you?', 401)],
    ['404', context => context.text('no such app', 404)],
    ['200 without tokens', context => context.json({})],
  ])('keeps its tokens when the refresh gets %s', async (_, answer) => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    site.content = unauthorized
    site.refresh = answer
    expect(await client.browse()).toEqual({ result: 'error' })
    expect(await client.refresh()).toEqual({ result: 'error' })
    expect(await credentialOf(client)).toBe('refresh-1')
  })

  test.each<[string, Answer, object]>([
    ['503', context => context.json({ error: 'temporarily_unavailable' }, 503), { result: 'error' }],
    ['500', context => context.text('oops', 500), { result: 'error' }],
    [
      'content from a grace',
      context => context.json({}, 200, { 'x-served': 'stale-session' }),
      { result: 'degraded' },
    ],
  ])('sees %s, without a refresh', async (_, answer, seen) => {
    await using world = await startPhoneApp()
    await world.client.signIn()
    world.site.content = answer
    expect(await world.client.browse()).toEqual(seen)
    expect(world.client.signedIn).toBe(true)
    expect(world.site.log.filter(line => line.startsWith('refresh'))).toEqual([])
  })

  test('shows what the device has kept while nothing comes', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    expect(await client.browse()).toEqual({ result: 'served' })
    site.content = unauthorized
    site.refresh = context => context.text('oops', 500)
    expect(await client.browse()).toEqual({ result: 'error', fromDevice: true })
  })

  test('gives up after one refresh if the new token is refused too', async () => {
    await using world = await startPhoneApp()
    await world.client.signIn()
    world.site.content = unauthorized
    expect(await world.client.browse()).toEqual({ result: 'error' })
    expect(world.site.log.filter(line => line.startsWith('refresh'))).toHaveLength(1)
    expect(world.client.signedIn).toBe(true)
  })

  test('has one refresh in flight at a time, whose answer counts for all who wait for it', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    site.good = 'access-2'
    const seen = await Promise.all([client.browse(), client.browse(), client.refresh(), client.browse()])
    expect(seen).toEqual(seen.map(() => ({ result: 'served' })))
    expect(site.log.filter(line => line.startsWith('refresh'))).toEqual(['refresh refresh-1'])
    await client.refresh()
    expect(site.log.at(-1)).toBe('refresh refresh-2')
  })

  test('does not come back to life by a refresh that ends after it has signed out', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    const late = Promise.withResolvers<void>()
    const { refresh } = site
    site.refresh = async context => {
      await late.promise
      return refresh(context)
    }
    const refreshing = client.refresh()
    await expect.poll(() => site.log.at(-1)).toBe('refresh refresh-1')
    await client.signOut()
    late.resolve()
    await refreshing
    expect(client.signedIn).toBe(false)
  })

  test('keeps its tokens when auth could not be told that it signs out', async () => {
    await using world = await startPhoneApp()
    await world.client.signIn()
    world.site.signOut = context => context.json({ error: 'temporarily_unavailable' }, 503)
    expect(await world.client.signOut()).toEqual({ result: 'error' })
    expect(world.client.signedIn).toBe(true)
  })

  test.each([
    ['lost', () => startRaw(cutMidAnswer)],
    ['timeout', () => startRaw(() => {})],
    ['unreachable', async () => ({ place: await nowhere(), [Symbol.asyncDispose]: async () => {} })],
  ] as const)('says %s and keeps its tokens', async (result, start) => {
    await using broken = await start()
    const client = new MobileClient({ http: afterSignIn(http), place: broken.place, account })
    await client.signIn()
    expect(await client.browse()).toEqual({ result })
    expect(await client.refresh()).toEqual({ result })
    expect(await client.signOut()).toEqual({ result })
    expect(await credentialOf(client)).toBe('refresh-1')
    expect(await new MobileClient({ http, place: broken.place, account }).signIn()).toEqual({ result })
  })

  test('probes with both tokens, keeps them whatever comes back, and is served if either is', async () => {
    await using world = await startPhoneApp()
    const { site, client } = world
    await client.signIn()
    expect(await client.probe()).toBe(true)
    site.content = unauthorized
    expect(await client.probe()).toBe(true)
    site.refresh = invalidGrant
    expect(await client.probe()).toBe(false)
    site.content = context => context.json({}, 200, { 'x-served': 'stale-session' })
    expect(await client.probe()).toBe(true)
    expect(await credentialOf(client)).toBe('refresh-1')
  })
})

/** The same client once it has signed in: the first request is answered here. */
function afterSignIn(real: HttpClient): HttpClient {
  const answer = { kind: 'answer', status: 200, headers: {}, body: JSON.stringify(tokens(1)) } as const
  const requests: HttpClient['request'][] = [async () => answer]
  const request: HttpClient['request'] = asked => (requests.pop() ?? (again => real.request(again)))(asked)
  return { request } as HttpClient
}
