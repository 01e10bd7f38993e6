/** A family behind a real fault proxy, as far as a load goes: doors, an app, and an auth that may be told to fail. */
import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { Ledger } from '../../../../harness/stack/ledger.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { sweep } from '../../../../harness/stack/sweep.ts'
import { family, linksOf } from '../../../../harness/stack/topology.ts'
import { startApp } from '../../crowd/support.ts'

export interface Asked {
  path: string
  at: number
  address: string | undefined
  host: string | undefined
  user: string | undefined
}

/** What the app answers; changed by the test while it runs. */
export interface Mood {
  /** Fails every request of a user with 503. */
  fails: boolean
  /** How long every answer takes, ms. */
  takesMs: number
}

export async function startLoadWorld() {
  const mood: Mood = { fails: false, takesMs: 0 }
  const underWay = { count: 0 }
  const asked: Asked[] = []
  await using stack = new AsyncDisposableStack()
  const app = stack.use(await startApp(appWith(mood, asked, underWay)))
  const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  stack.defer(() => server.close())
  const proxy = new ProxyControl(server.apiUrl)
  const links = linksOf(family).filter(({ from, to }) => from === 'internet' || to === 'auth-1')
  const upstream = new URL(app.door).host
  const addresses = await proxy.open(links.map(link => ({ link, listen: '127.0.0.1:0', upstream })))
  const ledger = Ledger.open(`fb-test-${randomBytes(4).toString('hex')}`, 'processes')
  stack.defer(async () => void (await sweep(ledger)))
  const at = (from: string, to: string) => `http://${addresses.get(`${from}-to-${to}`)}`
  const world = {
    id: ledger.stack,
    topology: family,
    links,
    proxy,
    doors: Object.fromEntries(family.doors.map(door => [door, at('internet', door)])),
    control: { 'auth-1': at('harness', 'auth-1') },
    adminToken: 'operators-only',
  } as unknown as Stack
  const owned = stack.move()
  return {
    stack: world,
    ledger,
    mood,
    asked,
    /** Requests of users so far. */
    requests: () => asked.length,
    /** Requests that have no answer yet. */
    underWay: () => underWay.count,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function appWith(mood: Mood, asked: Asked[], underWay: { count: number }): Hono {
  const app = new Hono()
  app.post('/admin/:what', context => context.json({}))
  app.use(async (context, next) => {
    asked.push({
      path: context.req.path,
      at: performance.now(),
      address: context.req.header('x-forwarded-for'),
      host: context.req.header('host'),
      user: await userOf(context.req.raw.clone()),
    })
    underWay.count += 1
    if (mood.takesMs > 0) await new Promise(resolve => setTimeout(resolve, mood.takesMs))
    underWay.count -= 1
    if (mood.fails) return context.json({ error: 'temporarily_unavailable' }, 503, { 'retry-after': '60' })
    return next()
  })
  app.post('/sign-in', context => {
    context.header('set-cookie', 'sid=session; Path=/; HttpOnly')
    return context.redirect('/', 303)
  })
  app.get('/', context => context.text('home'))
  app.post('/oauth/token', context => context.json({ access_token: 'token' }))
  app.all('/v1/messages', context => context.json({ messages: [] }))
  return app
}

/** Who signs in, or who asks for a token. */
async function userOf(request: Request): Promise<string | undefined> {
  const basic = /^Basic (.*)$/.exec(request.headers.get('authorization') ?? '')?.[1]
  if (basic !== undefined)
    return decodeURIComponent(Buffer.from(basic, 'base64').toString().split(':')[0] ?? '')
  if (!request.headers.get('content-type')?.includes('form')) return undefined
  return new URLSearchParams(await request.text()).get('username') ?? undefined
}
