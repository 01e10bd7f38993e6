import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** Answers (or requests) on a link arrive late. Nothing is lost; what is held when it ends is passed on at once. */
export const latency = defineFault({
  kind: 'latency',
  layer: 'network',
  summary: 'What crosses a link arrives late',
  params: z.strictObject({
    link: linkPattern,
    /** How late, ms. */
    latencyMs: z.number().int().min(1).max(600_000),
    /** Give or take, ms. */
    jitterMs: z.number().int().min(0).max(600_000).default(0),
    /** Which way: `downstream` delays answers, `upstream` requests. */
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, latencyMs, jitterMs, stream, toxicity }, stack) =>
    injectToxic('latency', stack, link, {
      type: 'latency',
      stream,
      toxicity,
      attributes: { latency: latencyMs, jitter: jitterMs },
    }),
})
