/** Bad input to every service of a real stack, over its links: refused in so many words, and nothing comes of it. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigControl } from '../../harness/stack/config-control.ts'
import { indecency, misses } from './bad-input-checks.ts'
import { badPushes, unfitFor } from './bad-input-documents.ts'
import { callerOf, serviceOf } from './bad-input-endpoints.ts'
import { randomRequest } from './bad-input-random.ts'
import { rawCases, statusesIn } from './bad-input-raw.ts'
import {
  apiApps,
  auths,
  type BadInputWorld,
  phoneApps,
  type Sent,
  startBadInputWorld,
  webApps,
} from './bad-input-stack.ts'
import { badCases, targets } from './bad-input-table.ts'
import { type Forgery, forge, forgeries } from './bad-input-tokens.ts'

let running: BadInputWorld | undefined
let processesBefore: string[] = []

function world(): BadInputWorld {
  if (!running) throw new Error('there is no stack')
  return running
}

beforeAll(async () => {
  running = await startBadInputWorld()
  processesBefore = running.processes()
})
afterAll(() => running?.stop())

const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const formOf = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

async function answerOf(to: string, sent: Sent): Promise<Record<string, string>> {
  const { status, text } = await world().send(to, sent)
  expect({ to, path: sent.path, status }).toMatchObject({ status: 200 })
  return JSON.parse(text) as Record<string, string>
}

function signInPhone(to: string): Promise<Record<string, string>> {
  const { users, password } = world().accounts
  const username = users.find(({ app }) => app === to)?.username
  const body = JSON.stringify({ username, password })
  return answerOf(to, { method: 'POST', path: '/api/sign-in', headers: json, body })
}

describe('a request that is wrong is answered as the table says, by', () => {
  test.each(targets)('%s', async to => {
    const cases = badCases.filter(each => each.to === to)
    expect(cases.length).toBeGreaterThan(0)
    expect(
      await misses(
        world(),
        cases.map(each => ({ ...each, sent: each.make(world()) })),
      ),
    ).toEqual([])
  })
})

describe('a forged token is worth nothing:', () => {
  let forged: Record<Forgery, string>

  beforeAll(async () => {
    const { access_token: good = '' } = await signInPhone('photos')
    const { keys } = (await answerOf('auth-1', { method: 'GET', path: '/jwks' })) as unknown as {
      keys: { kid: string; x: string }[]
    }
    const [key] = keys
    if (!key) throw new Error('auth publishes no key')
    forged = await forge(good, key)
  })

  test.each(forgeries)('%s', async forgery => {
    const token = forged[forgery]
    const bearer = { authorization: `Bearer ${token}` }
    const one = (to: string, expected: number, sent: Sent) => ({
      to,
      name: `${sent.method} ${sent.path}`,
      expected: [expected],
      sent,
    })
    const wrong = await misses(world(), [
      ...webApps.map(to => one(to, 303, { method: 'GET', path: '/', headers: { cookie: `sid=${token}` } })),
      ...[...phoneApps, 'chat'].map(to =>
        one(to, 401, { method: 'GET', path: '/api/content', headers: bearer }),
      ),
      ...phoneApps.map(to =>
        one(to, 400, {
          method: 'POST',
          path: '/api/refresh',
          headers: json,
          body: JSON.stringify({ refresh_token: token }),
        }),
      ),
      ...apiApps.map(to => one(to, 401, { method: 'GET', path: '/v1/messages', headers: bearer })),
      ...auths.map(to =>
        one(to, 400, {
          method: 'POST',
          path: '/token',
          headers: form,
          body: formOf({ grant_type: 'refresh_token', refresh_token: token, client_id: callerOf(to) }),
        }),
      ),
      ...auths.map(to => one(to, 401, { method: 'POST', path: '/admin/keys/rotate', headers: bearer })),
      one('config', 401, { method: 'POST', path: '/documents/feed', headers: bearer, body: '{"value":{}}' }),
      one('status', 401, { method: 'POST', path: '/admin/reset', headers: bearer }),
    ])
    expect(wrong).toEqual([])
    for (const to of auths) {
      const headers = { ...form, ...serviceOf(to)(world()) }
      const sent = { method: 'POST', path: '/introspect', headers, body: formOf({ token }) }
      expect(await answerOf(to, sent)).toEqual({ active: false })
    }
  })
})

describe('a credential is worth nothing where it was not given for,', () => {
  const places: readonly [name: string, sent: (credential: string) => Sent, expected: number][] = [
    ['a web page', id => ({ method: 'GET', path: '/', headers: { cookie: `sid=${id}` } }), 303],
    [
      'a phone',
      token => ({ method: 'GET', path: '/api/content', headers: { authorization: `Bearer ${token}` } }),
      401,
    ],
    [
      'a refresh',
      token => ({
        method: 'POST',
        path: '/api/refresh',
        headers: json,
        body: JSON.stringify({ refresh_token: token }),
      }),
      400,
    ],
  ]

  test.each(places)('%s', async (place, sent, expected) => {
    const [phone, device] = await Promise.all([signInPhone('photos'), signInPhone('chat')])
    const { cookies, systemTokens } = world()
    const credentials: Record<string, string | undefined> = {
      'a web page': cookies.feed?.slice('sid='.length),
      'a phone': phone.access_token,
      'a refresh': phone.refresh_token,
      'a device': device.device_credential,
      'a system caller': systemTokens['messenger-api'],
      'the rival': cookies.rival?.slice('sid='.length),
    }
    const others = Object.entries(credentials).filter(([of]) => of !== place)
    const wrong = await misses(
      world(),
      others.flatMap(([of, credential = '']) =>
        phoneApps.map(to => ({ to, name: `${of}'s`, expected: [expected], sent: sent(credential) })),
      ),
    )
    expect(wrong).toEqual([])
  })
})

describe('a token of ours is worth nothing', () => {
  test('once it has expired, and as a refresh token once its successor was used', async () => {
    const config = new ConfigControl(world().stack)
    const { version, value } = await config.read('auth')
    const change = { accessTokenTtlS: 1, refreshGraceS: 0 }
    const pushed = await config.push('auth', { change, emergency: true })
    expect(await config.waitForApplied('auth', pushed.version, 5_000)).toBe(true)

    const first = await signInPhone('feed')
    const photos = await signInPhone('photos')
    const refresh = (token = '') => ({
      method: 'POST',
      path: '/api/refresh',
      headers: json,
      body: JSON.stringify({ refresh_token: token }),
    })
    const second = await answerOf('feed', refresh(first.refresh_token))
    const third = await answerOf('feed', refresh(second.refresh_token))
    const stolen = await world().send('feed', refresh(first.refresh_token))
    expect(stolen).toMatchObject({ status: 400, text: '{"error":"invalid_grant"}' })
    // Nobody knows who of the two is the thief, so the session is over.
    expect(await world().send('feed', refresh(third.refresh_token))).toMatchObject({ status: 400 })

    await new Promise(resolve => setTimeout(resolve, 2_100))
    const content = (token = '') => ({
      method: 'GET',
      path: '/api/content',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(await world().send('photos', content(photos.access_token))).toMatchObject({ status: 401 })
    expect(await world().send('messenger', content(photos.access_token))).toMatchObject({ status: 401 })

    const back = await config.push('auth', { value, emergency: true })
    expect(back.version).toBeGreaterThan(version)
    expect(await config.waitForApplied('auth', back.version, 5_000)).toBe(true)
  })
})

describe('a configuration that is none', () => {
  const push = (document: string, body: string): Sent => ({
    method: 'POST',
    path: `/documents/${document}`,
    headers: { ...json, authorization: `Bearer ${world().stack.adminToken}` },
    body,
    alone: true,
  })
  const documents = ['feed', 'auth', 'edge', 'discovery']

  test.each(documents)('is not taken in by config, for %s', async document => {
    const wrong = await misses(
      world(),
      badPushes.map(([name, body, status]) => ({
        to: 'config',
        name,
        expected: [status],
        sent: push(document, body),
      })),
    )
    expect(wrong).toEqual([])
  })

  test.each(documents)('is not taken up by those whom %s is for', async document => {
    const config = new ConfigControl(world().stack)
    const before = await config.read(document)
    for (const [name, value] of Object.entries(unfitFor(before.value as object))) {
      const { version } = await config.push(document, { value })
      expect(await config.waitForEnd(document, version, 10_000), name).toBe(true)
      const { state, reason } = await config.rollout(document)
      expect({ name, state, reason }).toEqual({
        name,
        state: 'rolled-back',
        reason: expect.stringContaining(`refused version ${version}`),
      })
    }
    expect(await config.read(document)).toMatchObject(before)
  })
})

describe('bytes that are no request are refused, and hide none, at', () => {
  test.each(['feed', 'rival', 'status', 'config', ...auths])('%s', async to => {
    const wrong = await Promise.all(
      rawCases.map(async ({ name, bytes, expected }) => {
        const answer = await world().sendRaw(to, bytes)
        const statuses = statusesIn(answer)
        const [status = 0] = statuses
        const why = indecency({ status, headers: {}, text: answer })
        const isRight = expected.includes(status) && statuses.length <= 1 && why === undefined
        const shows = /^x-injected:|secret-cookie|root:/im.test(answer)
        return isRight && !shows
          ? []
          : [`${name}: ${statuses.join(', ') || 'no answer'}; ${why ?? answer.slice(-200)}`]
      }),
    )
    expect(wrong.flat()).toEqual([])
  })
})

describe('at random', () => {
  test('nothing brings forth anything indecent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...targets), randomRequest, async (to, sent) => {
        const answer = await world().send(to, sent)
        expect(indecency(answer)).toBeUndefined()
        expect(answer.status).toBeGreaterThanOrEqual(200)
      }),
      { numRuns: 400, seed: 20_211_004 },
    )
  })
})

describe('after all that', () => {
  test('every service answers, and is the same process as before', async () => {
    const answers = await world().health()
    const services = world().stack.topology.services.filter(({ program }) => program !== 'postgres')
    expect(answers).toEqual(Object.fromEntries(services.map(({ name }) => [name, 200])))
    expect(world().processes()).toEqual(processesBefore)
    expect(processesBefore.length).toBeGreaterThan(services.length)
  })

  test('nobody has met with anything unforeseen', () => {
    expect(world().complaints()).toEqual([])
  })

  test.each(webApps)('a user can sign in at %s', async app => {
    expect(await world().signIn(app)).toMatch(/^sid=/)
  })

  test.each(phoneApps)('a phone can sign in at %s', async app => {
    expect(await signInPhone(app)).toHaveProperty('access_token')
  })
})
