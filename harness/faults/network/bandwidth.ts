import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** A narrow line: each connection of a link gets so much through, and what does not fit waits. */
export const bandwidth = defineFault({
  kind: 'bandwidth',
  layer: 'network',
  summary: 'A link lets little through at a time',
  params: z.strictObject({
    link: linkPattern,
    /** For each connection; a kilobyte is 1,000 bytes. */
    kilobytesPerSecond: z.number().int().min(1).max(1_000_000),
    /** Which way: `downstream` slows answers, `upstream` requests. */
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, kilobytesPerSecond, stream, toxicity }, stack) =>
    injectToxic('bandwidth', stack, link, {
      type: 'bandwidth',
      stream,
      toxicity,
      attributes: { rate: kilobytesPerSecond },
    }),
})
