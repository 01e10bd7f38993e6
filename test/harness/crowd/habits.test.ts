/** What some users do and others do not: several tabs, sending things, trying again at once. */
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { Client, Seen } from '../../../harness/crowd/client.ts'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { Recorder } from '../../../harness/crowd/recorder.ts'
import { User, type UserWorld } from '../../../harness/crowd/user.ts'
import { WebClient } from '../../../harness/crowd/web-client.ts'
import { account, startApp } from './support.ts'

const served: Seen = { result: 'served' }
const web = { app: 'feed', surface: 'web', region: 'us', user: 'ann' } as const
const api = { app: 'messenger-api', surface: 'api', region: 'us', user: 'system' } as const

function user(who: typeof web | typeof api, world: Partial<UserWorld> = {}) {
  const recorder = new Recorder()
  const end = new AbortController()
  const asked: string[] = []
  const client = {
    signedIn: false as boolean,
    cleared: undefined as { trace: string | undefined } | undefined,
    signIn: async () => {
      asked.push('sign-in')
      client.signedIn = true
      return served
    },
    browse: async (): Promise<Seen> => {
      asked.push('browse')
      return served
    },
    act: async (): Promise<Seen> => {
      asked.push('act')
      return served
    },
    signOut: async () => served,
    revokeElsewhere: async () => {},
    probe: async () => false,
  } satisfies Client
  const made = new User(who, client, { recorder, random: () => 0, ended: end.signal, ...world })
  recorder.startClock(0)
  return { user: made, client, recorder, asked, end: () => end.abort() }
}

describe('a user', () => {
  test('with several tabs asks with all of them at once, and each is an intent', async () => {
    const { user: ann, recorder } = user(web, { tabs: 3, cohort: 'several-tabs' })
    await ann.signIn(0)
    await ann.browse(100)
    expect(recorder.intents.slice(1).map(({ activity, at }) => [activity, at])).toEqual([
      ['browse', 100],
      ['browse', 100],
      ['browse', 100],
    ])
    expect(recorder.sessions).toMatchObject([{ type: 'opened', user: 'ann', cohort: 'several-tabs' }])
  })

  test('that is thrown out in three tabs at once is forced out once, and comes back once', async () => {
    const { user: ann, client, recorder, asked, end } = user(web, { tabs: 3 })
    await ann.signIn(0)
    client.browse = async () => {
      client.signedIn = false
      client.cleared = { trace: 'a'.repeat(32) }
      return { result: 'signed-out' }
    }
    await ann.browse(1)
    await ann.settled()
    end()
    const ends = recorder.sessions.filter(({ type }) => type === 'forced-out')
    expect(ends).toMatchObject([{ trace: 'a'.repeat(32) }])
    expect(asked.filter(each => each === 'sign-in')).toHaveLength(2)
  })

  test('sends something every so many visits', async () => {
    const { user: ann, asked } = user(web, { actEvery: 3 })
    await ann.signIn(0)
    for (let visit = 0; visit < 6; visit += 1) await ann.browse(visit)
    expect(asked.slice(1)).toEqual(['browse', 'browse', 'act', 'browse', 'browse', 'act'])
  })

  test('tells who is interested how each thing came out', async () => {
    const noticed: string[] = []
    const { user: ann } = user(web, {
      noticed: ({ user: name }, result) => noticed.push(`${name} ${result}`),
    })
    await ann.signIn(0)
    await ann.browse(1)
    expect(noticed).toEqual(['ann served', 'ann served'])
  })
})

describe('a system', () => {
  const failing = async (): Promise<Seen> => ({ result: 'error' })

  test('that was written without care tries a failed call again at once, each an intent of its own', async () => {
    const { user: system, client, recorder } = user(api, { stubborn: true })
    await system.signIn(0)
    client.browse = failing
    await system.browse(1)
    expect(recorder.intents.slice(1).map(({ result }) => result)).toEqual(['error', 'error', 'error'])
  })

  test('does not where it is told that its token is no good, or where it was written with care', async () => {
    const careless = user(api, { stubborn: true })
    await careless.user.signIn(0)
    careless.client.browse = async () => ({ result: 'signed-out' })
    await careless.user.browse(1)
    expect(careless.recorder.intents).toHaveLength(2)
    const careful = user(api)
    await careful.user.signIn(0)
    careful.client.browse = failing
    await careful.user.browse(1)
    expect(careful.recorder.intents).toHaveLength(2)
  })
})

describe('WebClient.act', () => {
  const cases: [string, (path: string) => Response, Seen, boolean][] = [
    ['sent', () => new Response(null, { status: 303, headers: { location: '/' } }), served, true],
    [
      'thrown out',
      () =>
        new Response(null, {
          status: 303,
          headers: { location: '/sign-in?why=session-expired', 'set-cookie': 'sid=; Max-Age=0' },
        }),
      { result: 'signed-out' },
      false,
    ],
    [
      'told that it is read-only',
      () => new Response('<p data-notice="read-only">', { status: 503 }),
      { result: 'degraded' },
      true,
    ],
    [
      'asked to come back',
      () => new Response('<p data-notice="try-later">', { status: 503 }),
      { result: 'error' },
      true,
    ],
    ['a crash', () => new Response('oops', { status: 500 }), { result: 'error' }, true],
    ['a 401', () => new Response('who?', { status: 401 }), { result: 'signed-out' }, true],
  ]

  test.each(cases)('%s', async (_, answer, seen, isSignedIn) => {
    const app = new Hono()
    app.post('/sign-in', () => new Response(null, { status: 303, headers: { 'set-cookie': 'sid=1' } }))
    app.post('/act', ({ req }) => answer(req.path))
    await using site = await startApp(app)
    await using http = new HttpClient({ deadlineMs: 2_000 })
    let traced = 0
    const traces = () => `00-${'a'.repeat(32)}-${String(++traced).padStart(16, '0')}-01`
    const client = new WebClient({ http, place: site.place, account, traces })
    expect(await client.act()).toEqual({ result: 'signed-out' })
    await client.signIn()
    expect(await client.act()).toEqual(seen)
    expect(client.signedIn).toBe(isSignedIn)
    expect(client.cleared).toEqual(isSignedIn ? undefined : { trace: 'a'.repeat(32) })
  })
})

test('while load is taken off nothing is sent, and whoever asks is told at once', async () => {
  const app = new Hono()
  let asked = 0
  app.get('/', context => {
    asked += 1
    return context.text('hello')
  })
  await using site = await startApp(app)
  await using http = new HttpClient({ deadlineMs: 2_000 })
  const get = () => http.request({ method: 'GET', door: site.door, path: '/' })
  http.isOff = true
  expect(await get()).toMatchObject({ kind: 'unreachable' })
  http.isOff = false
  expect(await get()).toMatchObject({ kind: 'answer', status: 200 })
  expect(asked).toBe(1)
})
