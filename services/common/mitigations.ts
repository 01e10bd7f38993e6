import { z } from 'zod'

/** Every mitigation that a service knows. Each is read in one place only; grep for its name to find it. */
export const mitigations = [
  'tri-state-auth-result',
  'stale-session-grace',
  'offline-token-validation',
  'jwks-overlap',
  'circuit-breaker',
  'bulkhead',
  'retry-budget',
  'load-shedding',
  'sign-in-queue',
  'staged-config-rollout',
  'config-validation',
  'keep-last-endpoints',
  'static-stability',
  'cells',
] as const
export type Mitigation = (typeof mitigations)[number]
export type Mitigations = ReadonlySet<Mitigation>

/** Parses a comma-separated list; an unknown name is an error, since a typo would silently weaken a service. */
export const mitigationsSchema = z
  .string()
  .default('')
  .transform(text => text.split(',').filter(name => name !== ''))
  .pipe(z.array(z.enum(mitigations)))
  .transform(names => new Set(names) as Mitigations)
