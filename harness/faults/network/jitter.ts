import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** Each piece of what crosses a link is late by a time of its own, drawn anew: answers overtake what was asked before. */
export const jitter = defineFault({
  kind: 'jitter',
  layer: 'network',
  summary: 'What crosses a link arrives late, each time by another time',
  params: z.strictObject({
    link: linkPattern,
    /** From 0 to so late, ms. */
    latencyMsMax: z.number().int().min(2).max(600_000),
    /** Which way: `downstream` delays answers, `upstream` requests. */
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, latencyMsMax, stream, toxicity }, stack) => {
    const middle = Math.floor(latencyMsMax / 2)
    return injectToxic('jitter', stack, link, {
      type: 'latency',
      stream,
      toxicity,
      attributes: { latency: middle, jitter: middle },
    })
  },
})
