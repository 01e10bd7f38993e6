import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { Crowd } from '../../../harness/crowd/crowd.ts'
import type { Group } from '../../../harness/crowd/population.ts'
import { conservation } from '../../../harness/outcome/conservation.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { family } from '../../../harness/stack/topology.ts'
import { history } from '../outcome/build.ts'
import { startApp } from './support.ts'

const timelineMs = 3_800
const usual = {
  homes: [{ region: 'us', door: 'edge-us' }],
  residents: 3,
  browseEveryMs: 300,
  newcomersPerSecond: 4,
  revoked: 1,
} as const
const groups: readonly Group[] = [
  { ...usual, app: 'photos', surface: 'mobile', client: 'phone', refreshEveryMs: 600 },
  { ...usual, app: 'chat', surface: 'mobile', client: 'device' },
  { ...usual, app: 'messenger-api', surface: 'api', client: 'api' },
]

/** All surfaces but the web, and auth, in one: credentials in memory, told apart by the name of the host. */
async function startSurfaces({ acceptsRevoked = false } = {}) {
  const good = new Set<string>()
  const issue = () => {
    const credential = randomUUID()
    good.add(credential)
    return credential
  }
  const end = (credential: unknown) => {
    if (!acceptsRevoked) good.delete(String(credential))
  }
  const app = new Hono()
  app.post('/admin/:what', context => context.json({}))
  app.post('/revoke', async context => {
    const { token } = await context.req.parseBody()
    end(token)
    // The access token of the same session goes with its refresh token.
    end(`access of ${token}`)
    return context.body(null, 200)
  })
  const tokens = () => {
    const refresh_token = issue()
    good.add(`access of ${refresh_token}`)
    return { access_token: `access of ${refresh_token}`, refresh_token, device_credential: refresh_token }
  }
  app.post('/api/sign-in', context => context.json(tokens()))
  app.post('/api/refresh', async context => {
    const { refresh_token } = (await context.req.json()) as Record<string, string>
    return good.has(String(refresh_token))
      ? context.json(tokens())
      : context.json({ error: 'invalid_grant' }, 400)
  })
  app.post('/api/sign-out', async context => {
    const body = (await context.req.json()) as Record<string, string>
    end(body.device_credential ?? body.refresh_token)
    return context.body(null, 204)
  })
  app.post('/oauth/token', context => context.json({ access_token: issue() }))
  app.post('/oauth/revoke', async context => {
    end((await context.req.parseBody()).token)
    return context.body(null, 200)
  })
  const guarded = ['/api/content', '/v1/messages']
  for (const path of guarded)
    app.all(path, context => {
      const credential = context.req.header('authorization')?.replace('Bearer ', '') ?? ''
      return good.has(credential) ? context.json({}) : context.json({ error: 'invalid_token' }, 401)
    })
  const started = await startApp(app)
  const stack = {
    doors: { 'edge-us': started.door },
    control: { 'auth-1': started.door },
    adminToken: 'operators-only',
    topology: family,
  } as unknown as Stack
  return { stack, good, [Symbol.asyncDispose]: started[Symbol.asyncDispose] }
}

async function run(stack: Stack, during = () => {}) {
  await using crowd = new Crowd({ stack, groups, seed: 7, run: 'test', timelineMs })
  await crowd.warmUp()
  await crowd.start()
  await sleep(timelineMs / 2)
  during()
  await sleep(timelineMs - crowd.now())
  // Awaited: the crowd's connections end with this block.
  return await crowd.finish()
}

const surfaceOf = ({ app, surface }: { app: string; surface: string }) => `${app} ${surface}`
const everySurface = new Set(groups.map(surfaceOf))

describe.concurrent('Crowd on phones and as systems', () => {
  test('browses, renews, calls and signs in, its books add up, and no revoked session is served', async () => {
    await using surfaces = await startSurfaces()
    const seen = await run(surfaces.stack)
    const books = conservation(history({ ...seen }))
    expect(books.problems).toEqual([])
    expect(books).toMatchObject({ revoked: groups.length, forcedOut: 0 })
    expect(new Set(seen.intents.map(each => `${surfaceOf(each)} ${each.activity}`))).toEqual(
      new Set([
        ...['browse', 'refresh', 'sign-in'].map(activity => `photos mobile ${activity}`),
        ...['browse', 'sign-in'].map(activity => `chat mobile ${activity}`),
        ...['api-call', 'sign-in'].map(activity => `messenger-api api ${activity}`),
      ]),
    )
    expect(seen.intents.filter(({ result }) => result !== 'served')).toEqual([])
    expect(new Set(seen.deadSessionProbes.map(surfaceOf))).toEqual(everySurface)
    expect(seen.deadSessionProbes.filter(({ accepted }) => accepted)).toEqual([])
  })

  test('records on every surface that all were forced out, and that they came back', async () => {
    await using surfaces = await startSurfaces()
    const seen = await run(surfaces.stack, () => surfaces.good.clear())
    expect(conservation(history({ ...seen })).problems).toEqual([])
    const residents = seen.sessions.filter(({ session }) => session.includes('resident'))
    for (const surface of everySurface) {
      const of = residents.filter(event => surfaceOf(event) === surface)
      expect(of.filter(({ type }) => type === 'forced-out')).toHaveLength(usual.residents)
      expect(of.filter(({ type }) => type === 'opened')).toHaveLength(2 * usual.residents)
    }
  })

  test('records on every surface that a revoked session was served', async () => {
    await using surfaces = await startSurfaces({ acceptsRevoked: true })
    const { deadSessionProbes } = await run(surfaces.stack)
    const served = deadSessionProbes.filter(({ accepted }) => accepted)
    expect(new Set(served.map(surfaceOf))).toEqual(everySurface)
  })
})
