import type { Context, Hono } from 'hono'
import { basicOf } from '../common/bearer.ts'
import { logRefusal } from '../common/trace.ts'
import { invalidClient } from './clients.ts'
import { noteInactive } from './health-notes.ts'
import type { AuthParts } from './parts.ts'
import { formBody, rejection, required, wholeNumber } from './requests.ts'
import { revocationWaitMsMax } from './revocation-feed.ts'

/** Adds introspection (RFC 7662), revocation (RFC 7009) and the list of revocations. */
export function addSessionRoutes(app: Hono, parts: AuthParts): void {
  const { sessions, config, clients, admission, revocations, log } = parts

  app.post('/introspect', async context => {
    const caller = clients.service(context.req.raw)
    const token = required(await formBody(context), 'token')
    await sessions.learnKeyOf(token)
    const credential = await admission.run('session-check', caller, () =>
      sessions.introspect(config(), token),
    )
    if (!credential) {
      noteInactive(context)
      logRefusal(log, 'inactive')
    }
    return context.json(credential ? { active: true, ...credential } : { active: false })
  })

  app.post('/revoke', async context => {
    // What the operator asks for is done whatever else is going on.
    if (parts.isOperator(context.req.raw)) {
      await sessions.revoke(required(await formBody(context), 'token'))
      return context.json({})
    }
    return revokeForClient(context, parts)
  })

  app.get('/revocations', async context => {
    const since = wholeNumber(context, 'since', 0)
    const waitMs = wholeNumber(context, 'waitMs', 0, revocationWaitMsMax)
    const found = await revocations.after(since, waitMs, context.req.raw.signal)
    return context.json({
      revocations: found.map(({ sid, atMs, seq }) => ({ sid, at: atMs, seq })),
      next: found.at(-1)?.seq ?? since,
    })
  })
}

/** A service may end any session; a system client only its own. */
async function revokeForClient(context: Context, { sessions, config, clients, admission }: AuthParts) {
  const basic = basicOf(context.req.raw)
  if (!basic) throw invalidClient()
  const token = required(await formBody(context), 'token')
  await sessions.learnKeyOf(token)
  const result = await admission.run('session-check', basic.id, async () => {
    const client = await clients.authenticate(config(), basic.id, basic.secret)
    if (!client) throw invalidClient()
    return sessions.revoke(token, client.kind === 'system' ? client.id : undefined)
  })
  if (result === 'foreign') throw rejection(400, 'unauthorized_client')
  return context.json({})
}
