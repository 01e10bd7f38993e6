import type { Context } from 'hono'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { DeviceClient } from '../../../harness/crowd/device-client.ts'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { HarnessError } from '../../../harness/errors.ts'
import { account, nowhere, startApp } from './support.ts'

type Answer = (context: Context) => Response | Promise<Response>

const http = new HttpClient({ deadlineMs: 1_000 })
afterAll(() => http[Symbol.asyncDispose]())

/** A chat that links phones, with answers that can be changed at any time. */
async function startChat() {
  const app = new Hono()
  let issued = 0
  const site = {
    log: [] as string[],
    signIn: (context => context.json({ device_credential: `d${++issued}`, expires_in: 3_600 })) as Answer,
    content: (context => context.json({ content: [] })) as Answer,
    signOut: (context => context.body(null, 204)) as Answer,
  }
  app.post('/api/sign-in', async context => {
    site.log.push(`sign-in ${((await context.req.json()) as { username: string }).username}`)
    return site.signIn(context)
  })
  app.get('/api/content', context => {
    site.log.push(`content ${context.req.header('authorization')}`)
    return site.content(context)
  })
  app.post('/api/sign-out', async context => {
    const { device_credential } = (await context.req.json()) as Record<string, string>
    site.log.push(`sign-out ${device_credential}`)
    return site.signOut(context)
  })
  const started = await startApp(app)
  const client = new DeviceClient({ http, place: started.place, account })
  return { site, client, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

const tokenRefused: Answer = context => context.json({ error: 'invalid_token' }, 401)

describe('DeviceClient', () => {
  test('links itself, shows its credential, and unlinks itself', async () => {
    await using chat = await startChat()
    const { site, client } = chat
    expect(await client.browse()).toEqual({ result: 'signed-out' })
    expect(await client.signIn()).toEqual({ result: 'served' })
    expect(await client.browse()).toEqual({ result: 'served' })
    expect(await client.signOut()).toEqual({ result: 'served' })
    expect(client.signedIn).toBe(false)
    expect(site.log).toEqual(['sign-in ann', 'content Bearer d1', 'sign-out d1'])
  })

  test.each<[string, Answer, object]>([
    [
      'a wrong password',
      context => context.json({ error: 'invalid_credentials' }, 401),
      { result: 'refused', told: 'wrong-password' },
    ],
    [
      'try later',
      context => context.json({ error: 'temporarily_unavailable', queue_ticket: 't1' }, 503),
      { result: 'refused', told: 'try-later' },
    ],
    ['a crash', context => context.text('oops', 500), { result: 'error' }],
    ['an answer without a credential', context => context.json({ expires_in: 1 }), { result: 'error' }],
    ['an answer that is not JSON', context => context.text('hello'), { result: 'error' }],
  ])('is told %s when it signs in', async (_, answer, seen) => {
    await using chat = await startChat()
    chat.site.signIn = answer
    expect(await chat.client.signIn()).toEqual(seen)
    expect(chat.client.signedIn).toBe(false)
  })

  test.each<[string, Answer, object, boolean]>([
    ['that its credential is no good', tokenRefused, { result: 'signed-out' }, false],
    ['a 401 that says nothing of it', context => context.text('who?', 401), { result: 'error' }, true],
    ['503', context => context.json({ error: 'temporarily_unavailable' }, 503), { result: 'error' }, true],
    ['500', context => context.text('oops', 500), { result: 'error' }, true],
    [
      'content from a grace',
      context => context.json({}, 200, { 'x-served': 'stale-session' }),
      { result: 'degraded' },
      true,
    ],
  ])('sees %s', async (_, answer, seen, isSignedIn) => {
    await using chat = await startChat()
    await chat.client.signIn()
    chat.site.content = answer
    expect(await chat.client.browse()).toEqual(seen)
    expect(chat.client.signedIn).toBe(isSignedIn)
  })

  test('shows what the device has kept while nothing comes', async () => {
    await using chat = await startChat()
    const { site, client } = chat
    await client.signIn()
    expect(await client.browse()).toEqual({ result: 'served' })
    site.content = context => context.text('oops', 500)
    expect(await client.browse()).toEqual({ result: 'error', fromDevice: true })
    site.content = tokenRefused
    expect(await client.browse()).toEqual({ result: 'signed-out' })
  })

  test('does not let a late answer to an old credential take a new one away', async () => {
    await using chat = await startChat()
    const { site, client } = chat
    await client.signIn()
    const late = Promise.withResolvers<void>()
    site.content = async context => {
      await late.promise
      return tokenRefused(context)
    }
    const looking = client.browse()
    await expect.poll(() => site.log.at(-1)).toBe('content Bearer d1')
    await client.signIn()
    late.resolve()
    expect(await looking).toEqual({ result: 'signed-out' })
    expect(client.signedIn).toBe(true)
  })

  test('is unlinked from elsewhere by its app, since auth cannot read its credential, and keeps it', async () => {
    await using chat = await startChat()
    const { site, client } = chat
    await client.signIn()
    await client.revokeElsewhere()
    expect(site.log.at(-1)).toBe('sign-out d1')
    expect(client.signedIn).toBe(true)
    site.signOut = context => context.json({ error: 'temporarily_unavailable' }, 503)
    await expect(client.revokeElsewhere()).rejects.toThrow(
      new HarnessError('a phone could not be unlinked: 503'),
    )
  })

  test('keeps its credential when it could not be unlinked, or when nobody answers', async () => {
    await using chat = await startChat()
    await chat.client.signIn()
    chat.site.signOut = context => context.text('oops', 500)
    expect(await chat.client.signOut()).toEqual({ result: 'error' })
    expect(chat.client.signedIn).toBe(true)
    const nobody = new DeviceClient({ http, place: await nowhere(), account })
    expect(await nobody.signIn()).toEqual({ result: 'unreachable' })
    expect(await nobody.signOut()).toEqual({ result: 'unreachable' })
    await expect(nobody.revokeElsewhere()).rejects.toThrow('ECONNREFUSED')
  })

  test('probes with its credential and keeps it whatever comes back', async () => {
    await using chat = await startChat()
    const { site, client } = chat
    await client.signIn()
    expect(await client.probe()).toBe(true)
    site.content = tokenRefused
    expect(await client.probe()).toBe(false)
    expect(client.signedIn).toBe(true)
  })
})
