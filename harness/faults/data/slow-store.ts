/**
 * A database answers late, as one does under a load that is not auth's, or on a failing disk (Azure MFA, 2018-11-19;
 * Fortnite, 2018-02-04): whoever waits for it holds a place meanwhile, and then there are no places left. Its answers are
 * held back on the way: the statements themselves are as quick as ever.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { harness, type Link, linksOf, type Topology } from '../../stack/topology.ts'
import { defineFault } from '../fault.ts'
import { linkHold } from '../network/link-down.ts'
import { injectToxics } from '../network/toxic.ts'
import { servicesNamed } from '../services.ts'
import { storePattern, storeProblems } from './stores.ts'

export const slowStore = defineFault({
  kind: 'slow-store',
  layer: 'data',
  summary: 'A database answers late',
  params: z.strictObject({
    store: storePattern,
    /** How late each answer is, ms. */
    delayMs: z.number().int().min(1).max(60_000),
    /** Give or take, ms. */
    jitterMs: z.number().int().min(0).max(60_000).default(0),
    /** Share of the connections to it, 0 to 1. */
    share: z.number().min(0).max(1).default(1),
  }),
  target: ({ store }) => store,
  problems: ({ store }, topology) => storeProblems(store, topology),
  holds: ({ store }, topology) => linksTo(store, linksOf(topology), topology).map(linkHold),
  inject({ store, delayMs, jitterMs, share }, stack) {
    const links = linksTo(store, stack.links, stack.topology)
    if (links.length === 0) throw new HarnessError(`slow-store: no link leads to ${store} in this stack`)
    const attributes = { latency: delayMs, jitter: jitterMs }
    return injectToxics('slow-store', stack, links, [
      { type: 'latency', stream: 'downstream', toxicity: share, attributes },
    ])
  },
})

function linksTo(store: string, links: readonly Link[], topology: Topology): Link[] {
  const names = servicesNamed(store, topology)
  return links.filter(({ from, to }) => from !== harness && names.includes(to))
}
