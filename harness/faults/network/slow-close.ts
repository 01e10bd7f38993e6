import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** The end of a connection is passed on late: who waits for it keeps the place that the connection takes. */
export const slowClose = defineFault({
  kind: 'slow-close',
  layer: 'network',
  summary: 'Connections on a link are slow to end',
  params: z.strictObject({
    link: linkPattern,
    /** How long after its end the other side hears of it, ms. */
    closeAfterMs: z.number().int().min(1).max(600_000),
    /** Whose end: `downstream` that of who answers, `upstream` that of who asks. */
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, closeAfterMs, stream, toxicity }, stack) =>
    injectToxic('slow-close', stack, link, {
      type: 'slow_close',
      stream,
      toxicity,
      attributes: { delay: closeAfterMs },
    }),
})
