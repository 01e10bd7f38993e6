import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems } from '../links.ts'
import { injectToxic } from './toxic.ts'

/** Connections on a link are reset (TCP RST) as soon as something is sent, as by a firewall or a dying peer. */
export const reset = defineFault({
  kind: 'reset',
  layer: 'network',
  summary: 'Connections on a link are reset when used',
  params: z.strictObject({
    link: linkPattern,
    /** How long after the first data, ms. */
    afterMs: z.number().int().min(0).max(600_000).default(0),
    stream: z.enum(['upstream', 'downstream']).default('downstream'),
    /** Share of connections, 0 to 1. */
    toxicity: z.number().min(0).max(1).default(1),
  }),
  connections: 'cut',
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  inject: ({ link, afterMs, stream, toxicity }, stack) =>
    injectToxic('reset', stack, link, {
      type: 'reset_peer',
      stream,
      toxicity,
      attributes: { timeout: afterMs },
    }),
})
