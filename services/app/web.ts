/** The web surface: a short cookie session, checked at every page. */
import type { Context, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { answerPage, putHeaders } from '../common/app-base.ts'
import { logRefusal } from '../common/trace.ts'
import {
  homePage,
  keptPlacePage,
  queuedPage,
  type Refusal,
  readOnlyPage,
  refusalPage,
  signInPage,
  tryLaterPage,
} from './pages/index.ts'
import { siteOf } from './pages/layout.ts'
import { OwnItems } from './pages/own-items.ts'
import { cameOf, degradedHeader, originOf, retryAfterS, type SurfaceWorld } from './surface.ts'
import { action, credentials, fieldsOf, isForeign } from './web-forms.ts'

const sessionCookie = 'sid'
const queueCookie = 'queue'
/** How long a browser keeps its place in the line, s. */
const queueCookieMaxAgeS = 600

interface WebWorld extends SurfaceWorld {
  items: OwnItems
}

/** Throws TypeError if the role has no web side. */
export function createWeb(surface: SurfaceWorld): Hono {
  const world: WebWorld = { ...surface, items: new OwnItems() }
  const { role } = siteOf(world.role)
  const web = new Hono()

  web.use(securityHeaders)
  web.get('/', context => home(context, world))
  web.get('/sign-in', context => {
    const why = context.req.query('why')
    // Only what is harmless to claim: a link must not be able to make the page say just anything.
    if (why === 'signed-out' || why === 'session-expired') return answerPage(context, signInPage(role, why))
    return answerPage(context, getCookie(context, queueCookie) ? keptPlacePage(role) : signInPage(role))
  })
  const own = (answer: (context: Context, world: WebWorld) => Promise<Response>) => (context: Context) =>
    isForeign(context) ? refuse(context, world, 'another-site') : answer(context, world)
  web.post('/sign-in', own(signIn))
  web.post('/sign-out', own(signOut))
  web.post('/act', own(act))

  const allowed = { '/': 'GET, HEAD', '/sign-in': 'GET, HEAD, POST', '/sign-out': 'POST', '/act': 'POST' }
  for (const [path, allow] of Object.entries(allowed)) {
    web.all(path, context => {
      context.header('allow', allow)
      return refuse(context, world, 'wrong-method')
    })
  }
  return web
}

async function home(context: Context, world: WebWorld): Promise<Response> {
  const { role, guard, health, items } = world
  const id = getCookie(context, sessionCookie)
  if (!id) return context.redirect('/sign-in', 303)
  const admission = await guard.session(id)
  if (admission.kind === 'invalid') return forcedOut(context, world, admission.reason)
  health.note(admission.kind !== 'unknown')
  if (admission.kind === 'unknown') return unavailable(context, tryLaterPage(role))
  const readOnly = admission.kind === 'stale'
  if (readOnly) context.header(degradedHeader, 'stale-session')
  const { username, subject } = admission.identity
  return answerPage(context, homePage(role, { username, readOnly, own: items.of(subject) }))
}

async function signIn(context: Context, world: WebWorld): Promise<Response> {
  const { role, auth, queueFor, health } = world
  const fields = await fieldsOf(context)
  if (!fields) return refuse(context, world, 'not-a-form')
  const parsed = credentials.safeParse(fields)
  if (!parsed.success) return answerPage(context, signInPage(role, 'error'), 400)
  const { username, password } = parsed.data

  const origin = originOf(context)
  const queue = queueFor(origin)
  const ticket = getCookie(context, queueCookie)
  const entry = queue.enter(ticket)
  if (entry.kind === 'wait') {
    setCookie(context, queueCookie, entry.ticket, { ...cookieFor(context), maxAge: queueCookieMaxAgeS })
    return unavailable(context, queuedPage(role, entry, username), String(entry.retryAfterS))
  }
  const result = await auth.signIn('web', username, password, origin)
  queue.done(cameOf(result), ticket)
  health.note(result.kind === 'valid')
  if (result.kind === 'unknown') return unavailable(context, signInPage(role, 'try-later', username))
  if (ticket !== undefined) deleteCookie(context, queueCookie, cookieFor(context))
  if (result.kind === 'invalid') return answerPage(context, signInPage(role, 'wrong-password', username), 401)
  const expires = new Date(result.value.expiresAt)
  setCookie(context, sessionCookie, result.value.session, { ...cookieFor(context), expires })
  return context.redirect('/', 303)
}

async function signOut(context: Context, { auth, guard }: WebWorld): Promise<Response> {
  const id = getCookie(context, sessionCookie)
  if (id) {
    guard.forget(id)
    await auth.revoke(id)
  }
  return signedOut(context, 'signed-out')
}

async function act(context: Context, world: WebWorld): Promise<Response> {
  const { role, guard, health, items } = world
  const id = getCookie(context, sessionCookie)
  if (!id) return context.redirect('/sign-in', 303)
  const fields = await fieldsOf(context)
  if (!fields) return refuse(context, world, 'not-a-form')
  const parsed = action.safeParse(fields)
  if (!parsed.success) return refuse(context, world, 'nothing-written')
  const { text } = parsed.data

  const admission = await guard.session(id)
  if (admission.kind === 'invalid') return forcedOut(context, world, admission.reason)
  health.note(admission.kind === 'valid')
  if (admission.kind === 'unknown') return unavailable(context, tryLaterPage(role, text))
  if (admission.kind === 'stale') return unavailable(context, readOnlyPage(role, text))
  items.add(admission.identity.subject, text)
  return context.redirect('/', 303)
}

/** The session is no good: its cookie goes, and its user has to sign in again. */
function forcedOut(context: Context, { health, log }: WebWorld, reason: string): Response {
  health.note(false)
  logRefusal(log, reason)
  return signedOut(context, 'session-expired')
}

function signedOut(context: Context, why: 'signed-out' | 'session-expired'): Response {
  deleteCookie(context, sessionCookie, cookieFor(context))
  return context.redirect(`/sign-in?why=${why}`, 303)
}

const refusalStatus = {
  'another-site': 403,
  'not-a-form': 415,
  'nothing-written': 400,
  'wrong-method': 405,
} as const satisfies Record<Refusal, number>

/** Answers a request that is wrong whoever sent it; no word about how the app is doing. */
function refuse(context: Context, { role }: WebWorld, why: Refusal): Response | Promise<Response> {
  return answerPage(context, refusalPage(role, why), refusalStatus[why])
}

function unavailable(
  context: Context,
  page: ReturnType<typeof tryLaterPage>,
  afterS = retryAfterS,
): Response | Promise<Response> {
  return answerPage(context, page, 503, { 'retry-after': afterS })
}

function cookieFor(context: Context): CookieOptions {
  const secure = context.req.header('x-forwarded-proto') === 'https'
  return { httpOnly: true, sameSite: 'Lax', path: '/', secure }
}

const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  putHeaders(context, {
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    // Not no-referrer: with that, a browser would no longer say of a form that this site sent it.
    'referrer-policy': 'same-origin',
  })
}
