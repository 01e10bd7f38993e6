/** Signing in from a phone: the same for all phones but for what the phone is given. */
import type { Context } from 'hono'
import { readJson, tryLater } from './answers.ts'
import type { AuthResult, Origin } from './auth-client.ts'
import { cameOf, originOf, type SurfaceWorld } from './surface.ts'
import { credentials } from './web-forms.ts'

const ticketHeader = 'x-queue-ticket'

/** `open` asks auth; `grant` makes the phone's answer out of its yes. */
export async function signInPhone<T>(
  context: Context,
  { queueFor, health }: SurfaceWorld,
  open: (username: string, password: string, origin: Origin) => Promise<AuthResult<T>>,
  grant: (value: T) => Promise<object | undefined>,
): Promise<Response> {
  const body = await readJson(context, credentials)
  if (!body.ok) return body.answer
  const origin = originOf(context)
  const queue = queueFor(origin)
  const ticket = context.req.header(ticketHeader)
  const entry = queue.enter(ticket)
  if (entry.kind === 'wait') {
    return tryLater(context, String(entry.retryAfterS), { queue_ticket: entry.ticket })
  }
  const { username, password } = body.value
  const result = await open(username, password, origin)
  queue.done(cameOf(result), ticket)
  const granted = result.kind === 'valid' ? await grant(result.value) : undefined
  health.note(granted !== undefined)
  if (result.kind === 'invalid') return context.json({ error: 'invalid_credentials' }, 401)
  return granted ? context.json(granted) : tryLater(context)
}
