import type { Context } from 'hono'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import type { Place } from '../../../harness/crowd/client.ts'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { WebClient } from '../../../harness/crowd/web-client.ts'
import { account, credentialOf, cutMidAnswer, nowhere, startApp, startRaw } from './support.ts'

type Answer = (context: Context) => Response | Promise<Response>

const http = new HttpClient({ deadlineMs: 1_000 })
afterAll(() => http[Symbol.asyncDispose]())

/** An app whose page and sign-in can be changed at any time, and what it was sent. */
async function startSite() {
  const app = new Hono()
  const site = {
    page: (context => context.html('home')) as Answer,
    signIn: (context => signedIn(context)) as Answer,
    cookies: [] as (string | undefined)[],
    form: {} as Record<string, unknown>,
    /** Headers of each sign-in. */
    sent: [] as Record<string, string>[],
  }
  app.get('/', context => {
    site.cookies.push(context.req.header('cookie'))
    return site.page(context)
  })
  app.post('/sign-in', async context => {
    site.form = await context.req.parseBody()
    site.sent.push(context.req.header())
    return site.signIn(context)
  })
  app.post('/sign-out', context => {
    context.header('set-cookie', 'sid=; Max-Age=0; Path=/')
    return context.redirect('/sign-in?why=signed-out', 303)
  })
  const started = await startApp(app)
  return {
    site,
    client: new WebClient({ http, place: started.place, account }),
    [Symbol.asyncDispose]: started[Symbol.asyncDispose],
  }
}

function signedIn(context: Context, value = 's1', attributes = 'Path=/; HttpOnly'): Response {
  context.header('set-cookie', `sid=${value}; ${attributes}`)
  return context.redirect('/', 303)
}

const notice = (name: string) => `<p data-notice="${name}">…</p>`

describe('WebClient', () => {
  test('signs in, shows its cookie, and signs out', async () => {
    await using world = await startSite()
    const { site, client } = world
    expect(client.signedIn).toBe(false)
    expect(await client.signIn()).toEqual({ result: 'served' })
    expect(site.form).toEqual(account)
    expect(await client.browse()).toEqual({ result: 'served' })
    expect(site.cookies).toEqual(['sid=s1'])
    expect(await credentialOf(client)).toBe('s1')
    expect(await client.signOut()).toEqual({ result: 'served' })
    expect(client.signedIn).toBe(false)
    expect(await client.browse()).toEqual({ result: 'signed-out' })
    expect(site.cookies).toHaveLength(1)
  })

  test.each<[string, Answer, object]>([
    [
      'wrong password',
      context => context.html(notice('wrong-password'), 401),
      { result: 'refused', told: 'wrong-password' },
    ],
    [
      'try later',
      context => context.html(notice('try-later'), 503),
      { result: 'refused', told: 'try-later' },
    ],
    [
      'it is queued',
      context => context.html(notice('queued'), 503, { 'retry-after': '2' }),
      { result: 'refused', told: 'try-later', retryAfterMs: 2_000 },
    ],
    ['something else', context => context.html(notice('be-nice'), 403), { result: 'refused', told: 'other' }],
    ['nothing', context => context.text('who knows', 400), { result: 'refused', told: 'other' }],
    ['a crash', context => context.text('oops', 500), { result: 'error' }],
    ['a bad gateway', context => context.text('the app cannot be reached', 502), { result: 'error' }],
    [
      'a redirect without a cookie',
      context => context.redirect('/', 303),
      { result: 'refused', told: 'other' },
    ],
  ])('is told %s when it signs in', async (_, answer, seen) => {
    await using world = await startSite()
    world.site.signIn = answer
    expect(await world.client.signIn()).toEqual(seen)
    expect(world.client.signedIn).toBe(false)
  })

  test.each<[string, Answer, object, boolean]>([
    ['its page', context => context.html('home'), { result: 'served' }, true],
    [
      'its page from a grace',
      context => context.html('home', 200, { 'x-served': 'stale-session' }),
      { result: 'degraded' },
      true,
    ],
    ['a try-later page', context => context.html(notice('try-later'), 503), { result: 'error' }, true],
    ['a crash', context => context.text('oops', 500), { result: 'error' }, true],
    [
      'a redirect that keeps the cookie',
      context => context.redirect('/sign-in', 303),
      { result: 'signed-out' },
      true,
    ],
    [
      'a redirect with Max-Age=0',
      context => signedIn(context, '', 'Max-Age=0; Path=/'),
      { result: 'signed-out' },
      false,
    ],
    [
      'a redirect with a value and Max-Age=0',
      context => signedIn(context, 'gone', 'Max-Age=0'),
      { result: 'signed-out' },
      false,
    ],
    [
      'a redirect with an expiry in the past',
      context => signedIn(context, 'gone', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'),
      { result: 'signed-out' },
      false,
    ],
    [
      'an error that clears the cookie',
      context => {
        context.header('set-cookie', 'sid=; Max-Age=0')
        return context.text('oops', 500)
      },
      { result: 'error' },
      false,
    ],
    [
      'an expiry in the past that Max-Age overrules',
      context => signedIn(context, 's2', 'Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'),
      { result: 'signed-out' },
      true,
    ],
    [
      'a cookie of another name',
      context => {
        context.header('set-cookie', 'theme=dark')
        return context.html('home')
      },
      { result: 'served' },
      true,
    ],
  ])('sees %s', async (_, answer, seen, isSignedIn) => {
    await using world = await startSite()
    await world.client.signIn()
    world.site.page = answer
    expect(await world.client.browse()).toEqual(seen)
    expect(world.client.signedIn).toBe(isSignedIn)
  })

  test('shows a cookie that was renewed from then on', async () => {
    await using world = await startSite()
    await world.client.signIn()
    world.site.page = context => {
      context.header('set-cookie', 'sid=s2; Path=/')
      return context.html('home')
    }
    await world.client.browse()
    await world.client.browse()
    expect(world.site.cookies).toEqual(['sid=s1', 'sid=s2'])
  })

  test('keeps its place in the queue beside its session, and says where it comes from', async () => {
    await using world = await startSite()
    const { site, client } = world
    const letIn: Answer = context => {
      context.header('set-cookie', 'queue=; Max-Age=0', { append: true })
      context.header('set-cookie', 'sid=s1; Path=/', { append: true })
      return context.redirect('/', 303)
    }
    site.signIn = context => {
      context.header('set-cookie', 'queue=t1; Path=/; HttpOnly')
      return context.html(notice('queued'), 503)
    }
    await client.signIn()
    expect(client.signedIn).toBe(false)
    site.signIn = letIn
    expect(await client.signIn()).toEqual({ result: 'served' })
    await client.browse()
    expect(site.sent.map(({ cookie }) => cookie)).toEqual([undefined, 'queue=t1'])
    expect(site.cookies).toEqual(['sid=s1'])
    expect(site.sent.every(headers => headers['x-forwarded-for'] === '10.1.2.3')).toBe(true)
  })

  test('does not let a late answer to an old cookie take a new one away', async () => {
    await using world = await startSite()
    const { site, client } = world
    await client.signIn()
    const late = Promise.withResolvers<void>()
    site.page = async context => {
      await late.promise
      return signedIn(context, '', 'Max-Age=0')
    }
    const looking = client.browse()
    await expect.poll(() => site.cookies).toHaveLength(1)
    site.signIn = context => signedIn(context, 's2')
    await client.signIn()
    late.resolve()
    expect(await looking).toEqual({ result: 'signed-out' })
    expect(await credentialOf(client)).toBe('s2')
  })

  test.each<[string, () => Promise<{ place: Place } & AsyncDisposable>]>([
    ['lost', () => startRaw(cutMidAnswer)],
    ['timeout', () => startRaw(() => {})],
    ['unreachable', async () => ({ place: await nowhere(), [Symbol.asyncDispose]: async () => {} })],
  ])('says %s and keeps its cookie', async (result, start) => {
    await using broken = await start()
    const client = new WebClient({ http: afterSignIn(http), place: broken.place, account })
    await client.signIn()
    expect(client.signedIn).toBe(true)
    expect(await client.browse()).toEqual({ result })
    expect(await client.signOut()).toEqual({ result })
    expect(client.signedIn).toBe(true)
    expect(await new WebClient({ http, place: broken.place, account }).signIn()).toEqual({ result })
  })

  test('probes with its cookie and keeps it whatever comes back', async () => {
    await using world = await startSite()
    await world.client.signIn()
    expect(await world.client.probe()).toBe(true)
    world.site.page = context => signedIn(context, '', 'Max-Age=0')
    expect(await world.client.probe()).toBe(false)
    world.site.page = context => context.html('home')
    expect(await world.client.probe()).toBe(true)
    expect(world.site.cookies).toEqual(['sid=s1', 'sid=s1', 'sid=s1'])
  })
})

/** The same client once it has signed in: the first request is answered here. */
function afterSignIn(real: HttpClient): HttpClient {
  const cookie = { kind: 'answer', status: 303, headers: { 'set-cookie': 'sid=s1' }, body: '' } as const
  const requests: HttpClient['request'][] = [async () => cookie]
  const request: HttpClient['request'] = asked => (requests.pop() ?? (again => real.request(again)))(asked)
  return { request } as HttpClient
}
