/** The mobile surface: an access token that runs out soon, a refresh token, and content that the phone keeps. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { bearerOf } from '../common/bearer.ts'
import { degradedHeader, retryAfterS, type SurfaceWorld } from './web.ts'

const credentials = z.object({ username: z.string().min(1).max(100), password: z.string().min(1).max(200) })
const refresh = z.object({ refresh_token: z.string().min(1).max(10_000) })
const signOut = z.object({ refresh_token: z.string().min(1).max(10_000) })

export function createMobile({ role, auth, guard }: SurfaceWorld): Hono {
  const mobile = new Hono()

  mobile.get('/content', async context => {
    const token = bearerOf(context.req.raw)
    if (token === undefined) return unauthorized(context)
    const admission = await guard.token(token)
    if (admission.kind === 'invalid') return unauthorized(context, 'invalid_token')
    if (admission.kind === 'unknown') return tryLater(context)
    if (admission.kind === 'stale') context.header(degradedHeader, 'stale-session')
    return context.json({ app: role.name, content: role.content(admission.identity) })
  })

  mobile.post('/sign-in', async context => {
    const body = credentials.safeParse(await jsonOf(context))
    if (!body.success) return context.json({ error: 'invalid_request' }, 400)
    const result = await auth.signInMobile(body.data.username, body.data.password)
    if (result.kind === 'unknown') return tryLater(context)
    if (result.kind === 'invalid') return context.json({ error: 'invalid_credentials' }, 401)
    return context.json(result.value)
  })

  mobile.post('/refresh', async context => {
    const body = refresh.safeParse(await jsonOf(context))
    if (!body.success) return context.json({ error: 'invalid_request' }, 400)
    const result = await auth.refresh(body.data.refresh_token)
    if (result.kind === 'unknown') return tryLater(context)
    if (result.kind === 'invalid') return context.json({ error: 'invalid_grant' }, 400)
    return context.json(result.value)
  })

  mobile.post('/sign-out', async context => {
    const body = signOut.safeParse(await jsonOf(context))
    if (!body.success) return context.json({ error: 'invalid_request' }, 400)
    return (await auth.revoke(body.data.refresh_token)) ? context.body(null, 204) : tryLater(context)
  })

  return mobile
}

function unauthorized(context: Context, error?: string): Response {
  const challenge = error ? `Bearer realm="app", error="${error}"` : 'Bearer realm="app"'
  return context.json({ error: error ?? 'unauthorized' }, 401, { 'www-authenticate': challenge })
}

function tryLater(context: Context): Response {
  return context.json({ error: 'temporarily_unavailable' }, 503, { 'retry-after': retryAfterS })
}

async function jsonOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json()
  } catch {
    return undefined
  }
}
