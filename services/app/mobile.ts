/** The mobile surface: an access token that runs out soon, a refresh token, and content that the phone keeps. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { answersOtherMethods } from '../common/app-base.ts'
import { logRefusal } from '../common/trace.ts'
import { challenge, readBearer, readJson, tryLater } from './answers.ts'
import type { Admission } from './guard.ts'
import { signInPhone } from './phone-sign-in.ts'
import { degradedHeader, type SurfaceWorld } from './surface.ts'

const refreshToken = z.object({ refresh_token: z.string().min(1).max(10_000) })

export function createMobile(world: SurfaceWorld): Hono {
  const { role, auth, guard, health } = world
  const mobile = new Hono()

  mobile.get('/content', async context => {
    const token = readBearer(context, role.name)
    if (!token.ok) return token.answer
    const admission = await guard.token(token.value)
    return contentFor(context, world, isSystemCaller(admission) ? notAUser : admission)
  })

  mobile.post('/sign-in', context => signInPhone(context, world, auth.signInMobile, async tokens => tokens))

  mobile.post('/refresh', async context => {
    const body = await readJson(context, refreshToken)
    if (!body.ok) return body.answer
    const result = await auth.refresh(body.value.refresh_token)
    health.note(result.kind === 'valid')
    if (result.kind === 'unknown') return tryLater(context)
    if (result.kind === 'invalid') {
      logRefusal(world.log, result.reason)
      return context.json({ error: 'invalid_grant' }, 400)
    }
    return context.json(result.value)
  })

  mobile.post('/sign-out', async context => {
    const body = await readJson(context, refreshToken)
    if (!body.ok) return body.answer
    return (await auth.revoke(body.value.refresh_token)) ? context.body(null, 204) : tryLater(context)
  })

  answersOtherMethods(mobile, {
    '/content': 'GET, HEAD',
    '/sign-in': 'POST',
    '/refresh': 'POST',
    '/sign-out': 'POST',
  })
  return mobile
}

const notAUser = { kind: 'invalid', reason: 'the token of a system caller' } as const

/** Only their tokens have a scope. */
function isSystemCaller(admission: Admission): boolean {
  return 'identity' in admission && admission.identity.scope !== undefined
}

/** How long a device may show what it has kept, s. */
const keptS = 86_400

/** What a phone gets to see, by what its credential is worth. */
export function contentFor(
  context: Context,
  { role, health, log }: SurfaceWorld,
  admission: Admission,
): Response {
  const served = admission.kind === 'valid' || admission.kind === 'stale'
  health.note(served)
  if (admission.kind === 'invalid') {
    logRefusal(log, admission.reason)
    return challenge(context, role.name, 'invalid_token')
  }
  if (admission.kind === 'unknown') return tryLater(context)
  if (admission.kind === 'stale') context.header(degradedHeader, 'stale-session')
  // For the device to keep, and to show while nothing comes (RFC 5861, section 4).
  context.header('cache-control', `private, no-cache, stale-if-error=${keptS}`)
  return context.json({ app: role.name, content: role.content(admission.identity) })
}
