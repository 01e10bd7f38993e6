import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStatus } from '../../../services/status/status.ts'
import type { StatusView } from '../../../services/status/view.ts'

const start = 1_800_000_000_000
const stops: (() => void)[] = []
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  vi.useRealTimers()
})

const products = [
  { app: 'feed', title: 'Feed <3', surfaces: ['web' as const] },
  { app: 'business-api', title: 'Business API', surfaces: ['api' as const] },
]

/** A status page before two edges; `down` are the hosts that fail. */
function world(options: { reportsPerSecond?: number; probesPerSecond?: number } = {}) {
  const down = new Set<string>()
  const asked: string[] = []
  const status = createStatus({
    products,
    edges: { us: 'http://us.test', eu: 'http://eu.test' },
    adminToken: 'secret',
    log: () => {},
    fetch: async (url, init) => {
      const host = new Headers(init?.headers).get('host') ?? ''
      asked.push(host)
      if (down.has(host)) throw new Error('ECONNREFUSED')
      return new Response('', { status: String(url).endsWith('/v1/messages') ? 401 : 200 })
    },
    ...options,
  })
  status.start()
  stops.push(status.stop)
  const ask = (path: string, init?: RequestInit) =>
    Promise.resolve(status.fetch(new Request(`http://status.test${path}`, init)))
  const report = (change: object = {}) => {
    const body = { app: 'feed', kind: 'cannot-sign-in', reporter: 'ada', ...change }
    return ask('/reports', { method: 'POST', body: JSON.stringify(body) })
  }
  const view = async () => (await (await ask('/status.json')).json()) as StatusView
  const levels = async () => (await view()).products.map(({ level }) => level)
  return { ask, asked, down, levels, report, status, view }
}

const calm = 'no known issues'

describe('the status page', () => {
  test('looks at each app in each region, at its pace', async () => {
    const { asked, view } = world({ probesPerSecond: 8 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(new Set(asked)).toEqual(
      new Set([
        'feed.us.localhost',
        'feed.eu.localhost',
        'business-api.us.localhost',
        'business-api.eu.localhost',
      ]),
    )
    // 8 a second, give or take the jitter.
    expect(asked.length).toBeGreaterThan(60)
    expect(asked.length).toBeLessThan(105)
    const { level, products: seen } = await view()
    expect(level).toBe(calm)
    expect(seen[0]).toMatchObject({ app: 'feed', level: calm, probes: { bad: 0, slow: 0, total: 4 } })
    expect(seen[0]?.probes.regions).toMatchObject([
      { region: 'us', result: 'ok', status: 200 },
      { region: 'eu', result: 'ok', status: 200 },
    ])
  })

  test('rises when an app falls, keeps to that app, and falls some time after', async () => {
    const { down, levels, view } = world()
    await vi.advanceTimersByTimeAsync(4_000)
    down.add('feed.us.localhost').add('feed.eu.localhost')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await levels()).toEqual(['high disruptions', calm])
    down.clear()
    await vi.advanceTimersByTimeAsync(4_000)
    expect(await levels()).toEqual(['high disruptions', calm])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await levels()).toEqual([calm, calm])
    const { incidents } = await view()
    expect(incidents).toMatchObject([{ app: 'feed', worst: 'high disruptions' }])
    expect(incidents[0]?.until).toBeGreaterThan(incidents[0]?.from ?? Number.POSITIVE_INFINITY)
    expect(incidents[0]?.changes.at(-1)?.level).toBe(calm)
  })

  test('does not take doors that have not opened yet for an outage', async () => {
    const { down, levels } = world()
    down.add('feed.us.localhost').add('feed.eu.localhost')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await levels()).toEqual([calm, calm])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await levels()).toEqual(['high disruptions', calm])
  })

  test('rises by reports alone: looks from outside do not sign in', async () => {
    const { levels, report } = world()
    await vi.advanceTimersByTimeAsync(4_000)
    for (let index = 0; index < 5; index += 1) await report({ reporter: `r${index}` })
    await vi.advanceTimersByTimeAsync(500)
    expect(await levels()).toEqual(['some disruptions', calm])
    for (let index = 0; index < 15; index += 1) await report({ reporter: `s${index}` })
    await vi.advanceTimersByTimeAsync(500)
    expect(await levels()).toEqual(['high disruptions', calm])
  })

  test('says it all in words, without script, and lets nothing of a name become markup', async () => {
    const { ask, down, report } = world()
    await vi.advanceTimersByTimeAsync(4_000)
    await report()
    down.add('feed.us.localhost').add('feed.eu.localhost')
    await vi.advanceTimersByTimeAsync(4_000)
    const response = await ask('/')
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const page = await response.text()
    expect(page).toContain('<meta http-equiv="refresh" content="5">')
    expect(page).toContain('1 of 2 products affected: Feed &lt;3.')
    expect(page).toContain('data-app="feed" data-level="high disruptions"')
    expect(page).toContain('data-app="business-api" data-level="no known issues"')
    expect(page).toContain('Unreachable')
    expect(page).toContain('100 % say: cannot sign in')
    expect(page).not.toMatch(/<script|Feed <3|style="/)
  })

  test('is well itself whatever it reports on', async () => {
    expect((await world().ask('/healthz')).status).toBe(200)
  })
})

describe('a report', () => {
  test('is taken once, and a second one of the same reporter is not counted', async () => {
    const { ask, report } = world()
    expect([(await report()).status, (await report()).status]).toEqual([202, 200])
    expect(await (await report()).json()).toEqual({ counted: false })
    expect((await report({ app: 'business-api' })).status).toBe(202)
    expect((await report({ reporter: 'bob', region: 'eu', surface: 'web' })).status).toBe(202)
    const curve = await (await ask(`/reports?app=feed&fromMs=${start}&stepMs=1000`)).json()
    expect(curve).toMatchObject({ app: 'feed', counts: [2], peak: { count: 2 }, regions: { us: 0, eu: 1 } })
  })

  test.each([
    [404, { app: 'chat' }],
    [404, { app: '__proto__' }],
    [400, { kind: 'bored' }],
    [400, { region: 'moon' }],
    [400, { region: 'constructor' }],
    [400, { reporter: 7 }],
    [413, { reporter: 'x'.repeat(5_000) }],
  ])('is answered with %i when it is %j', async (status, change) => {
    expect((await world().report(change)).status).toBe(status)
  })

  test('is refused when it is no JSON, and when there are too many', async () => {
    const { ask, report } = world({ reportsPerSecond: 2 })
    expect((await ask('/reports', { method: 'POST', body: '{' })).status).toBe(400)
    const statuses = []
    for (let index = 0; index < 5; index += 1) statuses.push((await report({ reporter: `r${index}` })).status)
    expect(statuses).toEqual([202, 202, 202, 429, 429])
    expect((await report()).headers.get('retry-after')).toBe('1')
  })

  test.each([
    [404, 'app=chat'],
    [400, ''],
    [400, 'app=feed&stepMs=1'],
    [400, 'app=feed&fromMs=0&stepMs=250'],
    [400, 'app=feed&fromMs=x'],
  ])('a curve is answered with %i for %s', async (status, query) => {
    expect((await world().ask(`/reports?${query}`)).status).toBe(status)
  })
})

describe('a reset', () => {
  test('is for the operator alone, and forgets everything', async () => {
    const { ask, levels, report, view } = world()
    for (let index = 0; index < 20; index += 1) await report({ reporter: `r${index}` })
    await vi.advanceTimersByTimeAsync(500)
    expect(await levels()).toEqual(['high disruptions', calm])
    const reset = (token: string) =>
      ask('/admin/reset', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    const refused = await reset('guess')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect((await ask('/admin/reset', { method: 'POST' })).status).toBe(401)
    expect((await reset('secret')).status).toBe(204)
    expect(await levels()).toEqual([calm, calm])
    expect((await view()).incidents).toEqual([])
    expect((await report({ reporter: 'r0' })).status).toBe(202)
  })
})

test.each([
  ['/', 'GET, HEAD'],
  ['/reports', 'GET, HEAD, POST'],
  ['/admin/reset', 'POST'],
])('says which methods %s has to one who tries another', async (path, allow) => {
  const response = await world().ask(path, { method: 'DELETE' })
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
})
