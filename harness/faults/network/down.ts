import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { endings } from '../../stack/proxy-control.ts'
import { linksOf } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { linkPattern, linkProblems, linksNamed } from '../links.ts'
import { linkHold, takeLinksDown } from './link-down.ts'

/** Nobody listens at the end of a link any more: new connections are refused at once. */
export const down = defineFault({
  kind: 'down',
  layer: 'network',
  summary: 'A link is down: connections are cut, and new ones are refused',
  params: z.strictObject({
    link: linkPattern,
    /** Connections that stand: closed, reset, or left until they end by themselves (the last two need our own proxy). */
    established: z.enum(endings).default('cut'),
  }),
  connections: 'cut',
  target: ({ link }) => link,
  problems: ({ link }, topology) => linkProblems(link, topology),
  holds: ({ link }, topology) => linksNamed(link, linksOf(topology), topology).map(linkHold),
  inject: async ({ link, established }, stack) => {
    const links = linksNamed(link, stack.links, stack.topology)
    if (links.length === 0) throw new HarnessError(`down: no link "${link}" in this stack`)
    return takeLinksDown({ kind: 'down', links, established }, stack)
  },
})
