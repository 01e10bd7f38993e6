import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { describe, expect, test } from 'vitest'
import { Crowd } from '../../../harness/crowd/crowd.ts'
import type { Group } from '../../../harness/crowd/population.ts'
import { HarnessError } from '../../../harness/errors.ts'
import { conservation } from '../../../harness/outcome/conservation.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { family } from '../../../harness/stack/topology.ts'
import { history } from '../outcome/build.ts'
import { startApp } from './support.ts'

const timelineMs = 3_400
const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [
    { region: 'us', door: 'edge-us' },
    { region: 'eu', door: 'edge-eu' },
  ],
  residents: 4,
  browseEveryMs: 300,
  newcomersPerSecond: 5,
  revoked: 1,
}

/** An app and its auth in one: sessions in memory, and a switch that forgets them. */
async function startTinyStack({ acceptsRevoked = false, refusesSignOut = false } = {}) {
  const app = new Hono()
  const accounts = new Map<string, string>()
  const sessions = new Set<string>()
  const admin: string[] = []
  const visitors = new Set<string>()
  /** How long residents wait when they sign in, ms. */
  const slow = { signInMs: 0 }
  /** How many sign-ins are asked to come back later. */
  const later = { times: 0 }
  app.post('/admin/users', async context => {
    admin.push(context.req.header('authorization') ?? '')
    const { users, password } = (await context.req.json()) as {
      users: { prefix: string; count: number }[]
      password: string
    }
    for (const { prefix, count } of users)
      for (let index = 0; index < count; index += 1) accounts.set(`${prefix}${index}`, password)
    return context.json({})
  })
  app.post('/revoke', async context => {
    if (!acceptsRevoked) sessions.delete(String((await context.req.parseBody()).token))
    return context.body(null, 200)
  })
  app.get('/', context => {
    const { host = '', 'x-forwarded-for': address = '' } = context.req.header()
    visitors.add(`${address} ${host}`)
    if (sessions.has(getCookie(context, 'sid') ?? '')) return context.html('home')
    setCookie(context, 'sid', '', { maxAge: 0 })
    return context.redirect('/sign-in', 303)
  })
  app.post('/sign-in', async context => {
    const { username, password } = await context.req.parseBody()
    if (later.times > 0) {
      later.times -= 1
      return context.html('<p data-notice="try-later"></p>', 503)
    }
    if (accounts.get(String(username)) !== password)
      return context.html('<p data-notice="wrong-password"></p>', 401)
    if (String(username).includes('resident')) await sleep(slow.signInMs)
    const session = randomUUID()
    sessions.add(session)
    setCookie(context, 'sid', session)
    return context.redirect('/', 303)
  })
  app.post('/sign-out', context => {
    if (refusesSignOut) return context.text('oops', 500)
    sessions.delete(getCookie(context, 'sid') ?? '')
    setCookie(context, 'sid', '', { maxAge: 0 })
    return context.redirect('/sign-in', 303)
  })
  const started = await startApp(app)
  const stack = {
    doors: { 'edge-us': started.door, 'edge-eu': started.door },
    control: { 'auth-1': started.door },
    topology: family,
    adminToken: 'operators-only',
  } as unknown as Stack
  return {
    stack,
    sessions,
    accounts,
    admin,
    visitors,
    slow,
    later,
    [Symbol.asyncDispose]: started[Symbol.asyncDispose],
  }
}

async function run(stack: Stack, { seed = 42, during = () => {} } = {}) {
  await using crowd = new Crowd({
    stack,
    groups: [group],
    seed,
    run: `test-${randomUUID().slice(0, 4)}`,
    timelineMs,
  })
  await crowd.warmUp()
  await crowd.start()
  await sleep(timelineMs / 2)
  during()
  await sleep(timelineMs - crowd.now())
  // Awaited: the crowd's connections end with this block.
  return await crowd.finish()
}

describe.concurrent('Crowd', () => {
  test('its start is over when the timeline has begun, and never before', async () => {
    await using tiny = await startTinyStack()
    for (let time = 0; time < 60; time += 1) {
      await using crowd = new Crowd({ stack: tiny.stack, groups: [], seed: 1, run: 'test', timelineMs })
      await crowd.warmUp()
      await crowd.start({ beginsAtMs: Date.now() + 1 + (time % 7) })
      expect(crowd.now()).toBeGreaterThanOrEqual(0)
    }
  })

  test('browses and signs in, and its books add up', async () => {
    await using tiny = await startTinyStack()
    const seen = await run(tiny.stack)
    const books = conservation(history({ ...seen }))
    expect(books.problems).toEqual([])
    expect(books).toMatchObject({ revoked: 1, forcedOut: 0 })
    expect(books.alive).toBeGreaterThanOrEqual(group.residents)
    expect(books.signedOut).toBeGreaterThan(0)
    const activities = Map.groupBy(seen.intents, ({ activity }) => activity)
    // Four users, 2.5 s, every 0.24 to 0.36 s; five newcomers a second.
    expect(activities.get('browse')?.length).toBeGreaterThanOrEqual(4 * 6)
    expect(activities.get('sign-in')?.length).toBeGreaterThanOrEqual(11)
    expect(seen.intents.filter(({ result }) => result !== 'served')).toEqual([])
    expect(seen.deadSessionProbes.length).toBeGreaterThan(0)
    expect(seen.deadSessionProbes.filter(({ accepted }) => accepted)).toEqual([])
    // One request for all accounts.
    expect(tiny.admin).toEqual(['Bearer operators-only'])
    const homes = new Set(seen.intents.map(({ region, activity }) => `${region} ${activity}`))
    expect(homes).toEqual(new Set(['us browse', 'us sign-in', 'eu browse', 'eu sign-in']))
    expect(tiny.visitors).toEqual(
      new Set([
        ...[1, 3].map(number => `10.0.0.${number} feed.us.localhost`),
        ...[2, 4].map(number => `10.0.0.${number} feed.eu.localhost`),
        '10.0.1.1 feed.us.localhost',
      ]),
    )
  })

  test('records that all were forced out, once each, that they came back, and its books add up', async () => {
    await using tiny = await startTinyStack()
    const seen = await run(tiny.stack, { during: () => tiny.sessions.clear() })
    const books = conservation(history({ ...seen }))
    expect(books.problems).toEqual([])
    expect(books.forcedOut).toBeGreaterThanOrEqual(group.residents)
    const residents = seen.sessions.filter(({ session }) => session.includes('resident'))
    expect(residents.filter(({ type }) => type === 'forced-out')).toHaveLength(group.residents)
    expect(residents.filter(({ type }) => type === 'opened')).toHaveLength(2 * group.residents)
  })

  test('waits at the end for those on their way back in', async () => {
    await using tiny = await startTinyStack()
    const seen = await run(tiny.stack, {
      during: () => {
        tiny.sessions.clear()
        tiny.slow.signInMs = 1_500
      },
    })
    const { length } = seen.intents
    expect(conservation(history({ ...seen })).problems).toEqual([])
    const back = seen.sessions.filter(
      ({ session, type }) => session.includes('resident') && type === 'opened',
    )
    expect(back).toHaveLength(2 * group.residents)
    await sleep(1_000)
    expect(seen.intents).toHaveLength(length)
  })

  test('counts a user who meant to sign out as signed out, though auth could not be told', async () => {
    await using tiny = await startTinyStack({ refusesSignOut: true })
    const books = conservation(history({ ...(await run(tiny.stack)) }))
    expect(books.problems).toEqual([])
    expect(books.signedOut).toBeGreaterThan(0)
  })

  test('records a revoked session that is served as accepted', async () => {
    await using tiny = await startTinyStack({ acceptsRevoked: true })
    const { deadSessionProbes } = await run(tiny.stack)
    expect(deadSessionProbes.length).toBeGreaterThan(0)
    expect(deadSessionProbes.every(({ accepted }) => accepted)).toBe(true)
  })

  test('intends the same under the same seed, to the millisecond, and else under another', async () => {
    const plan = async (seed: number) => {
      await using tiny = await startTinyStack()
      const { intents } = await run(tiny.stack, { seed })
      return intents.map(({ user, activity, at }) => `${at} ${user} ${activity}`).toSorted()
    }
    const [first, second, other] = await Promise.all([plan(1), plan(1), plan(2)])
    expect(first).toEqual(second)
    expect(first).not.toEqual(other)
  })

  test('does not begin if somebody cannot sign in beforehand', async () => {
    await using tiny = await startTinyStack()
    tiny.accounts.set = () => tiny.accounts
    const crowd = new Crowd({ stack: tiny.stack, groups: [group], seed: 1, run: 'test', timelineMs })
    await expect(crowd.warmUp()).rejects.toThrow(
      /^feed-web-(us|eu)-r\w+-\d could not sign in before the run began: wrong-password$/,
    )
    await crowd[Symbol.asyncDispose]()
  })

  test('waits beforehand for those who are asked to come back later', async () => {
    await using tiny = await startTinyStack()
    tiny.later.times = 3
    const seen = await run(tiny.stack)
    expect(tiny.later.times).toBe(0)
    const opened = seen.sessions.filter(({ at, type }) => at < -1_000 && type === 'opened')
    expect(opened).toHaveLength(group.residents + group.revoked)
  })

  test('says which door is missing, and what an operator is refused', async () => {
    await using tiny = await startTinyStack()
    const warmUp = async (stack: Stack, groups: Group[]) => {
      await using crowd = new Crowd({ stack, groups, seed: 1, run: 'test', timelineMs })
      await crowd.warmUp()
    }
    const home = { region: 'us', door: 'edge-moon' }
    await expect(warmUp(tiny.stack, [{ ...group, homes: [home] }])).rejects.toThrow(
      new HarnessError('the stack has no door edge-moon'),
    )
    const control = { 'auth-1': `${tiny.stack.control['auth-1']}/nothing` }
    await expect(warmUp({ ...tiny.stack, control } as Stack, [group])).rejects.toThrow(
      'auth-1 answered 404 to /admin/users',
    )
  })
})
