import { z } from 'zod'

const ttlSMax = 10 * 365 * 24 * 3600
const ttlS = z.number().int().min(1).max(ttlSMax)
const daysS = 24 * 3600

/** One name of a scope (RFC 6749, section 3.3). */
export const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/

/** What auth can be told while it runs. Times are in seconds; lifetimes count for what is issued from then on. */
export const authConfigSchema = z.object({
  /** The `iss` of every token, and the namespace of users, clients and sessions (RFC 8414, section 2). */
  issuer: z.url({ protocol: /^https?$/ }).default('https://auth.firebreak.test'),
  /** The `aud` of every token. */
  audience: z.string().min(1).default('firebreak-apps'),
  /** What a system client may be allowed to do. */
  scopes: z.array(z.string().regex(scopePattern)).max(100).default(['messages:read', 'messages:write']),
  /** Lifetime of a web session. */
  sessionTtlS: ttlS.default(3600),
  /** Lifetime of the session behind a device's own credential. */
  deviceTtlS: ttlS.default(30 * daysS),
  accessTokenTtlS: ttlS.default(20),
  /** Lifetime of a mobile session since its last refresh. */
  refreshTokenTtlS: ttlS.default(3600),
  /**
   * How long after its use a refresh token may come again in a race without counting as stolen. The one last used may
   * come again until its successor is used: its answer may have been lost. With 0 neither may.
   */
  refreshGraceS: z.number().int().min(0).max(600).default(10),
  /** Lifetime of a system token and its session. */
  apiTokenTtlS: ttlS.default(30 * daysS),
  /** How long a new key is published before it signs: longer than verifiers may keep the key set (10 s). */
  keyLeadS: z.number().int().min(0).max(daysS).default(12),
  /**
   * When the secrets of the services end, in seconds since the epoch; 0: never (RFC 7591, client_secret_expires_at).
   * To be moved on whenever they are renewed.
   */
  clientSecretsExpireAtS: z.number().int().min(0).default(0),
  /** Which cache has the sessions, where there are any. */
  sessionCache: z.string().min(1).max(100).default('session-cache'),
})

export type AuthConfig = z.infer<typeof authConfigSchema>

export const defaultAuthConfig: AuthConfig = authConfigSchema.parse({})
