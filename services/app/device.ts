/**
 * The surface of a phone that the app knows by itself (chat): one long-lived credential of the app's own, no refresh.
 * Auth is needed to get it and, now and then, to hear whether its session is still open.
 */
import { Hono } from 'hono'
import { z } from 'zod'
import { answersOtherMethods } from '../common/app-base.ts'
import { readBearer, readJson, tryLater } from './answers.ts'
import type { OpenedSession } from './auth-client.ts'
import type { DeviceCredentials } from './device-credential.ts'
import { contentFor } from './mobile.ts'
import { signInPhone } from './phone-sign-in.ts'
import type { SurfaceWorld } from './surface.ts'

const deviceCredential = z.object({ device_credential: z.string().min(1).max(10_000) })

export interface DeviceWorld extends SurfaceWorld {
  credentials: DeviceCredentials
}

export function createDevice(world: DeviceWorld): Hono {
  const { role, auth, guard, credentials } = world
  const device = new Hono()

  device.get('/content', async context => {
    const credential = readBearer(context, role.name)
    if (!credential.ok) return credential.answer
    return contentFor(context, world, await guard.device(credential.value))
  })

  /** Undefined if auth does not say whose session it is that it just opened. */
  async function grant({ session, expiresAt }: OpenedSession) {
    const known = await auth.introspect(session)
    if (known.kind !== 'valid') {
      // The phone never hears of this session: it should not stay open, but nobody need wait for that.
      auth.revoke(session).catch(() => {})
      return undefined
    }
    const issuedAt = Date.now()
    const identity = { ...known.value, expiresAt }
    return {
      device_credential: await credentials.seal({ identity, credential: session, issuedAt }),
      expires_in: Math.floor((expiresAt - issuedAt) / 1000),
    }
  }

  device.post('/sign-in', context =>
    signInPhone(
      context,
      world,
      (username, password, origin) => auth.signIn('device', username, password, origin),
      grant,
    ),
  )

  device.post('/sign-out', async context => {
    const body = await readJson(context, deviceCredential)
    if (!body.ok) return body.answer
    const opened = await credentials.open(body.value.device_credential)
    // What is no good any more is signed out already.
    if (opened && !(await auth.revoke(opened.credential))) return tryLater(context)
    return context.body(null, 204)
  })

  answersOtherMethods(device, { '/content': 'GET, HEAD', '/sign-in': 'POST', '/sign-out': 'POST' })
  return device
}
