import { z } from 'zod'

/** What an operator may change of an app at run time. */
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
})
export type AppConfig = z.output<typeof appConfigSchema>

export const defaultAppConfig: AppConfig = {
  issuer: 'https://auth.firebreak.test',
  audience: 'firebreak-apps',
  checkTimeoutMs: 800,
  signInTimeoutMs: 1_000,
  graceMs: 60_000,
}
