/** What all surfaces of an app are given, and what they have in common. */
import type { Context } from 'hono'
import type { Health } from '../common/health.ts'
import type { Log } from '../common/log.ts'
import type { AppConfig } from './app-config.ts'
import type { AuthClient, AuthResult, Origin } from './auth-client.ts'
import { isFromElsewhere } from './auth-family.ts'
import type { Guard } from './guard.ts'
import type { Role } from './role.ts'
import type { QueueFor } from './sign-in-queue.ts'

export interface SurfaceWorld {
  role: Role
  auth: AuthClient
  guard: Guard
  queueFor: QueueFor
  /** Bad: signed out by an `invalid`, a sign-in refused or unknown, any 5xx. Good: served. */
  health: Health
  config: () => AppConfig
  log: Log
}

/** Says on an answer that it was served from the grace: `stale-session`. */
export const degradedHeader = 'x-served'
/** When to come back if nobody knows better, seconds. */
export const retryAfterS = '1'

const regionName = /^[a-z][a-z0-9-]{0,15}$/
const addressForm = /^[0-9A-Fa-f.:]{1,45}$/

/** Where a user's request came from, as the edge wrote it down; what does not look like it is left out. */
export function originOf(context: Context): Origin {
  const region = context.req.header('x-region')
  const address = context.req.header('x-forwarded-for')?.split(',', 1)[0]?.trim()
  return {
    region: region !== undefined && regionName.test(region) ? region : undefined,
    address: address !== undefined && addressForm.test(address) ? address : undefined,
  }
}

/**
 * What to tell the queue of a sign-in that it let through. A no to the password and a limit on attempts are answers:
 * they say nothing against auth, and one person's wrong guesses must not hold up everybody else. Nor does it say
 * anything against the cell that answered if another one, asked about a traveller, did not.
 */
export function cameOf(result: AuthResult<unknown>): 'answered' | 'unavailable' {
  const answered = result.kind === 'valid' || answers.has(result.reason) || isFromElsewhere(result)
  return answered ? 'answered' : 'unavailable'
}

const answers: ReadonlySet<string> = new Set(['invalid_credentials', 'overloaded'])
