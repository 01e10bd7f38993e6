import { z } from 'zod'

const ttlSMax = 10 * 365 * 24 * 3600
const ttlS = z.number().int().min(1).max(ttlSMax)

/** What auth can be told while it runs. Lifetimes are in seconds and count for what is issued from then on. */
export const authConfigSchema = z.object({
  /** The `iss` of every token, and the namespace of users and sessions (RFC 8414, section 2). */
  issuer: z.url({ protocol: /^https?$/ }).default('https://auth.firebreak.test'),
  /** The `aud` of every token. */
  audience: z.string().min(1).default('firebreak-apps'),
  /** Lifetime of a web session. */
  sessionTtlS: ttlS.default(3600),
  accessTokenTtlS: ttlS.default(20),
  /** Lifetime of a mobile session since its last refresh. */
  refreshTokenTtlS: ttlS.default(3600),
})

export type AuthConfig = z.infer<typeof authConfigSchema>

export const defaultAuthConfig: AuthConfig = authConfigSchema.parse({})
