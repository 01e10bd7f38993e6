import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { callerProblems, injectLoad, maxMs } from './load.ts'

/**
 * Everybody signs in again at once, as after a mass logout or a restart. Their clients do it by themselves, and try
 * again at once when refused, whatever they are told to wait. Who is in stays in; the storm ends when all are.
 */
export const loginStorm = defineFault({
  kind: 'login-storm',
  layer: 'load',
  summary: 'All users of an app sign in again at once',
  params: z.strictObject({
    app: z.string().min(1),
    surface: z.enum(['web', 'mobile']).default('web'),
    /** Only those of one region. */
    region: z.string().min(1).optional(),
    /** How many of them there are. Their accounts are made before. */
    accounts: z.number().int().min(1).max(10_000).default(1_000),
    /** Attempts per second, repeated ones among them. */
    signInsPerSecond: z.number().min(1).max(1_000),
    /** How many wait for an answer at a time. */
    concurrencyMax: z.number().int().min(1).max(2_000).default(200),
    /** How long each waits for an answer, ms. */
    timeoutMs: z.number().int().min(100).max(10_000).default(3_000),
    maxMs,
  }),
  target: ({ app }) => app,
  problems: (params, topology) => callerProblems(params, topology),
  inject: ({ app, surface, region, accounts, signInsPerSecond, ...limits }, stack) =>
    // Each from an address of their own, so that it is no one address that is limited.
    injectLoad(
      'login-storm',
      stack,
      { app, surface, region, count: accounts, accounts },
      { behaviour: { kind: 'sign-in' }, perSecond: signInsPerSecond, ...limits },
    ),
})
