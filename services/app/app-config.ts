import { z } from 'zod'

/** What an operator may change of an app at run time. What came later has defaults, so that old documents stay good. */
export const appConfigSchema = z.object({
  /** Who must have issued the tokens that this app validates itself. */
  issuer: z.url(),
  audience: z.string().min(1),
  /** How long one attempt to check a session or token with auth may take, ms. */
  checkTimeoutMs: z.number().int().min(1).max(60_000),
  /** The same for signing in and refreshing, which cost auth more. */
  signInTimeoutMs: z.number().int().min(1).max(60_000),
  /** How long after its last positive check a session is still served while auth gives no answer, ms. */
  graceMs: z.number().int().min(0).max(86_400_000),
  /** How long a device credential is good without asking auth about its session, ms. */
  deviceCheckMs: z.number().int().min(1).max(86_400_000).default(60_000),
  /** How old auth's published keys may be, ms. They are read anew well before. */
  keyMaxAgeMs: z.number().int().min(1).max(86_400_000).default(10_000),
  /** `jwks-overlap`: how old they may be while auth gives none, s. */
  staleKeyMaxS: z.number().int().min(1).max(604_800).default(86_400),
})
export type AppConfig = z.output<typeof appConfigSchema>

export const defaultAppConfig: AppConfig = appConfigSchema.parse({
  issuer: 'https://auth.firebreak.test',
  audience: 'firebreak-apps',
  checkTimeoutMs: 800,
  signInTimeoutMs: 1_000,
  graceMs: 60_000,
})
