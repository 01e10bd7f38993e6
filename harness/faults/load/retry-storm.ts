import { z } from 'zod'
import { surfaces } from '../../outcome/history.ts'
import { defineFault } from '../fault.ts'
import { callerProblems, injectLoad, maxMs } from './load.ts'

/**
 * Clients that make every call that failed again, at once, up to `retries` times: no pause, no jitter, no budget. While
 * all is well they are harmless, one request for one intent. As soon as something fails they are a storm, which may keep
 * it failing when its cause is gone.
 */
export const retryStorm = defineFault({
  kind: 'retry-storm',
  layer: 'load',
  summary: 'Clients make failed calls again and again at once',
  params: z.strictObject({
    app: z.string().min(1),
    surface: z.enum(surfaces).default('web'),
    /** Only those of one region. */
    region: z.string().min(1).optional(),
    /** How many of them there are. They sign in before it begins. */
    clients: z.number().int().min(1).max(500).default(20),
    /** What they set out to do in a second: look at the app, or sign in if they have been signed out. */
    intentsPerSecond: z.number().min(0.1).max(500),
    /** How often one is tried again at most. */
    retries: z.number().int().min(0).max(1_000),
    /** How many intents are under way at a time. */
    concurrencyMax: z.number().int().min(1).max(1_000).default(50),
    /** How long each waits for an answer, ms. */
    timeoutMs: z.number().int().min(100).max(10_000).default(1_000),
    maxMs,
  }),
  target: ({ app }) => app,
  problems: (params, topology) => callerProblems(params, topology),
  inject: ({ app, surface, region, clients, intentsPerSecond, retries, ...limits }, stack) =>
    injectLoad(
      'retry-storm',
      stack,
      { app, surface, region, count: clients, accounts: clients },
      { behaviour: { kind: 'retry', retries }, perSecond: intentsPerSecond, ...limits },
    ),
})
