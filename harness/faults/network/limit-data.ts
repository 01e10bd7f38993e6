import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** A connection ends after so much has crossed it, counted from when the fault came, in the middle of whatever it is. */
export const limitData = defineFault({
  kind: 'limit-data',
  layer: 'network',
  summary: 'Connections on a link end after so many bytes',
  params: z.strictObject({
    link: linkPattern,
    /** How much comes through on each connection; 0: it ends at the first byte. */
    bytes: z.number().int().min(0).max(1_000_000_000),
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  connections: 'cut',
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, bytes, stream, toxicity }, stack) =>
    injectToxic('limit-data', stack, link, {
      type: 'limit_data',
      stream,
      toxicity,
      attributes: { bytes },
    }),
})
