import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** Nothing gets through a link any more, as when packets are dropped on the way. Ends with the connections closed. */
export const timeout = defineFault({
  kind: 'timeout',
  layer: 'network',
  summary: 'Nothing gets through a link; connections hang',
  params: z.strictObject({
    link: linkPattern,
    /** Closes a connection after so long without data, ms; 0 leaves it hanging. */
    closeAfterMs: z.number().int().min(0).max(600_000).default(0),
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, closeAfterMs, stream, toxicity }, stack) =>
    injectToxic('timeout', stack, link, {
      type: 'timeout',
      stream,
      toxicity,
      attributes: { timeout: closeAfterMs },
    }),
})
