/**
 * The public status page of the family, with the outage reports of its users. It looks at the apps from outside, as
 * anybody could, and depends on nothing that it reports on: no auth, no configuration service, no database.
 *
 *   looks through each edge ─┐
 *                            ├─> signs ─> level of each product, with its history ─> page, JSON
 *   reports by users ────────┘
 */
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { answerPage, answersOtherMethods, createBase, putHeaders } from '../common/app-base.ts'
import { bearerOf, secretsEqual } from '../common/bearer.ts'
import type { Log } from '../common/log.ts'
import { Board } from './board.ts'
import { worse } from './level.ts'
import { pagePolicy, statusPage } from './page.ts'
import { Prober } from './prober.ts'
import type { Product } from './products.ts'
import { RatePerSecond } from './rate-per-second.ts'
import { ReportBook } from './report-book.ts'
import { curveQuerySchema, reportSchema } from './report-input.ts'
import type { StatusView } from './view.ts'

export interface StatusWorld {
  products: readonly Product[]
  /** Region -> base address of its edge. */
  edges: Readonly<Record<string, string>>
  /** Must send the `host` header it is given. */
  fetch: typeof fetch
  /** The operator's; without one nobody is the operator. */
  adminToken: string | undefined
  probesPerSecond?: number
  /** How long the signs must be better before a level falls, ms. */
  quietMs?: number
  /** How long after its start a door that never answered may still be opening, ms. */
  settleMs?: number
  /** Reports taken in a second; more are refused. */
  reportsPerSecond?: number
  log: Log
}

export interface Status {
  fetch(request: Request): Response | Promise<Response>
  start(): void
  stop(): void
}

const assessEveryMs = 500
const recentMs = 5_000
/** What the page shows of the reports. */
const curveOfPage = { spanMs: 120_000, stepMs: 2_000 }
const bodyLimitBytes = 4_096

export function createStatus(world: StatusWorld): Status {
  const parts = partsOf(world)
  const { prober, reports, board } = parts
  let timer: NodeJS.Timeout | undefined

  const assess = () => {
    for (const product of world.products) {
      const { app } = product
      const changed = board.consider(product, {
        probes: prober.summary(app),
        reports: { recent: reports.recent(app, recentMs), usual: reports.usual(app, recentMs) },
      })
      if (changed) world.log('level-changed', { app, level: changed })
    }
  }

  const app = createBase(world.log, { bodyLimitBytes })
  app.use(async (context, next) => {
    await next()
    putHeaders(context, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })
  app.get('/', context => {
    context.header('content-security-policy', pagePolicy)
    return answerPage(context, statusPage(viewOf(world, parts)))
  })
  app.get('/status.json', context => context.json(viewOf(world, parts)))
  reportRoutes(app, world, parts)
  app.post('/admin/reset', context => {
    const token = bearerOf(context.req.raw)
    if (token === undefined || !world.adminToken || !secretsEqual(token, world.adminToken))
      return context.json({ error: 'invalid_token' }, 401, { 'www-authenticate': 'Bearer' })
    prober.reset()
    reports.reset()
    board.reset()
    return context.body(null, 204)
  })
  answersOtherMethods(app, {
    '/': 'GET, HEAD',
    '/status.json': 'GET, HEAD',
    '/reports': 'GET, HEAD, POST',
    '/admin/reset': 'POST',
  })

  return {
    fetch: request => app.fetch(request),
    start() {
      prober.start()
      timer = setInterval(assess, assessEveryMs)
    },
    stop() {
      prober.stop()
      clearInterval(timer)
    },
  }
}

interface Parts {
  prober: Prober
  reports: ReportBook
  board: Board
}

function partsOf({
  products,
  edges,
  fetch,
  probesPerSecond = 8,
  quietMs = 6_000,
  settleMs = 15_000,
}: StatusWorld) {
  const board = new Board({ products, quietMs })
  const prober = new Prober({
    products,
    edges,
    fetch,
    perSecond: probesPerSecond,
    underWayMax: 24,
    slowMs: 1_000,
    timeoutMs: 2_000,
    settleMs,
  })
  const reports = new ReportBook({
    products,
    regions: Object.keys(edges),
    isQuiet: (app, from, until) => board.isQuiet(app, from, until),
    windowMs: 600_000,
    rememberedMax: 100_000,
  })
  return { prober, reports, board }
}

function reportRoutes(app: Hono, world: StatusWorld, { reports }: Parts): void {
  const rate = new RatePerSecond(world.reportsPerSecond ?? 200)
  const known = new Set(world.products.map(product => product.app))
  const unknown = (context: Context) => context.json({ error: 'unknown_app', known: [...known] }, 404)

  app.post('/reports', async context => {
    if (!rate.take()) return context.json({ error: 'too_many_reports' }, 429, { 'retry-after': '1' })
    const parsed = reportSchema.safeParse(await context.req.json().catch(() => undefined))
    if (!parsed.success) return badRequest(context, z.prettifyError(parsed.error))
    const { region } = parsed.data
    if (!known.has(parsed.data.app)) return unknown(context)
    if (region !== undefined && !Object.hasOwn(world.edges, region))
      return badRequest(context, `no region ${region}; there are ${Object.keys(world.edges).join(', ')}`)
    const counted = reports.add(parsed.data)
    return context.json({ counted }, counted ? 202 : 200)
  })

  app.get('/reports', context => {
    const parsed = curveQuerySchema.safeParse(context.req.query())
    if (!parsed.success) return badRequest(context, z.prettifyError(parsed.error))
    if (!known.has(parsed.data.app)) return unknown(context)
    return context.json(reports.curve(parsed.data.app, parsed.data))
  })
}

function badRequest(context: Context, reason: string): Response {
  return context.json({ error: 'invalid_request', reason }, 400)
}

function viewOf({ products, edges }: StatusWorld, { prober, reports, board }: Parts): StatusView {
  const at = Date.now()
  // A step that is not over yet would look like a fall.
  const end = Math.floor(at / curveOfPage.stepMs) * curveOfPage.stepMs
  const span = { fromMs: end - curveOfPage.spanMs, toMs: end, stepMs: curveOfPage.stepMs }
  const regions = Object.keys(edges)
  const views = products.map(({ app, title, surfaces }) => {
    const { level, since } = board.standing(app)
    const seen = regions.map(region => ({
      region,
      ...(prober.latest(app, region) ?? { result: 'unknown' as const }),
    }))
    return {
      app,
      title,
      surfaces,
      level,
      since,
      probes: { ...prober.summary(app), regions: seen },
      reports: {
        recent: reports.recent(app, recentMs),
        usual: reports.usual(app, recentMs),
        recentMs,
        curve: reports.curve(app, span),
      },
    }
  })
  const level = views.map(view => view.level).reduce(worse, 'no known issues')
  return { at, level, products: views, incidents: board.incidents() }
}
