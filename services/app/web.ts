/** The web surface: a short cookie session, checked at every page. */
import type { Context } from 'hono'
import { Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import type { AuthClient } from './auth-client.ts'
import type { Guard } from './guard.ts'
import { homePage, type SignInNotice, signInNotices, signInPage, tryLaterPage } from './pages.ts'
import type { Role } from './role.ts'

/** Says on an answer that it was served from the grace. */
export const degradedHeader = 'x-served'
export const retryAfterS = '1'

export interface SurfaceWorld {
  role: Role
  auth: AuthClient
  guard: Guard
}

const cookie = 'sid'
const credentials = z.object({ username: z.string().min(1).max(100), password: z.string().min(1).max(200) })

export function createWeb({ role, auth, guard }: SurfaceWorld): Hono {
  const web = new Hono()

  web.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
    context.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    )
    context.header('x-content-type-options', 'nosniff')
  })

  web.get('/', async context => {
    const id = getCookie(context, cookie)
    if (!id) return context.redirect('/sign-in', 303)
    const admission = await guard.session(id)
    if (admission.kind === 'invalid') return signedOut(context, 'session-expired')
    if (admission.kind === 'unknown') {
      return context.html(tryLaterPage(role), 503, { 'retry-after': retryAfterS })
    }
    const stale = admission.kind === 'stale'
    if (stale) context.header(degradedHeader, 'stale-session')
    return context.html(homePage(role, role.page(admission.identity), stale))
  })

  web.get('/sign-in', context => {
    const why = context.req.query('why')
    const notice = why !== undefined && Object.hasOwn(signInNotices, why) ? (why as SignInNotice) : undefined
    return context.html(signInPage(role, notice))
  })

  web.post('/sign-in', async context => {
    if (isForeign(context)) return context.html(signInPage(role), 403)
    const parsed = credentials.safeParse(await context.req.parseBody())
    if (!parsed.success) return context.html(signInPage(role, 'wrong-password'), 400)
    const result = await auth.signInWeb(parsed.data.username, parsed.data.password)
    if (result.kind === 'invalid') return context.html(signInPage(role, 'wrong-password'), 401)
    if (result.kind === 'unknown') {
      return context.html(signInPage(role, 'try-later'), 503, { 'retry-after': retryAfterS })
    }
    setCookie(context, cookie, result.value.session, {
      httpOnly: true,
      sameSite: 'Lax',
      path: '/',
      secure: context.req.header('x-forwarded-proto') === 'https',
      expires: new Date(result.value.expiresAt),
    })
    return context.redirect('/', 303)
  })

  web.post('/sign-out', async context => {
    if (isForeign(context)) return context.html(signInPage(role), 403)
    const id = getCookie(context, cookie)
    if (id) {
      guard.forget(id)
      await auth.revoke(id)
    }
    return signedOut(context, 'signed-out')
  })

  return web
}

function signedOut(context: Context, why: SignInNotice): Response {
  deleteCookie(context, cookie, { path: '/' })
  return context.redirect(`/sign-in?why=${why}`, 303)
}

/** Whether a form was sent by a page of another site. */
function isForeign(context: Context): boolean {
  const origin = context.req.header('origin')
  if (origin === undefined || origin === 'null') return false
  const host = context.req.header('x-forwarded-host') ?? context.req.header('host')
  return !URL.canParse(origin) || new URL(origin).host !== host
}
