import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { callerProblems, injectLoad, maxMs } from './load.ts'

/**
 * One client of an API, with credentials that are good, calls far above its share. It calls the API with tokens that it
 * has (each call is checked with auth, where the app does not remember), or asks for token after token, which auth makes
 * and keeps. A client has no other way to auth than through the app's door.
 */
export const greedyCaller = defineFault({
  kind: 'greedy-caller',
  layer: 'load',
  summary: 'One API client calls far above its share',
  params: z.strictObject({
    /** The API that it is a client of. */
    app: z.string().min(1),
    /** The region that it calls from. Default: the first that the app has. */
    region: z.string().min(1).optional(),
    requestsPerSecond: z.number().min(1).max(2_000),
    /** What it calls: the API itself, or the endpoint that gives tokens. */
    at: z.enum(['api', 'token']),
    /** From how many machines it calls. */
    addresses: z.number().int().min(1).max(250).default(20),
    /** How many calls are under way at a time. */
    concurrencyMax: z.number().int().min(1).max(2_000).default(100),
    /** How long it waits for an answer, ms. */
    timeoutMs: z.number().int().min(100).max(10_000).default(3_000),
    maxMs,
  }),
  target: ({ app }) => app,
  problems: ({ app, region }, topology) => callerProblems({ app, surface: 'api', region }, topology),
  inject: ({ app, region, requestsPerSecond, at, addresses, ...limits }, stack) =>
    injectLoad(
      'greedy-caller',
      stack,
      { app, surface: 'api', region, count: addresses, accounts: 1 },
      { behaviour: { kind: 'call', at }, perSecond: requestsPerSecond, ...limits },
    ),
})
