/** What all faults have in common that are a toxic on one or more links. */
import { randomBytes } from 'node:crypto'
import { HarnessError, messageOf } from '../../errors.ts'
import type { ToxicSpec } from '../../stack/proxy-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Link } from '../../stack/topology.ts'
import type { Evidence, Injected } from '../fault.ts'
import { type LinkPattern, linksNamed } from '../links.ts'

export type Toxic = Pick<ToxicSpec, 'type' | 'stream' | 'attributes'> & {
  /** Share of connections that it takes, 0 to 1. */
  toxicity: number
}

/** Puts a toxic on every link that the pattern names. If one cannot be put on, those before it are taken off. */
export async function injectToxic(
  kind: string,
  stack: Stack,
  pattern: LinkPattern,
  toxic: Toxic,
): Promise<Injected> {
  const name = `${kind}-${randomBytes(3).toString('hex')}`
  const links = linksNamed(pattern, stack.links, stack.topology)
  if (links.length === 0) throw new HarnessError(`${kind}: no link "${pattern}" in this stack`)
  const undo = () => everywhere(links, link => stack.proxy.removeToxic(link.name, name))
  try {
    await everywhere(links, link => stack.proxy.addToxic(link.name, { ...toxic, name }))
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return { undo, evidence: () => touched(kind, stack, links, name) }
}

/** Does it on every link and waits for all of them: one still under way after the first failure would come after its undo. */
async function everywhere(links: readonly Link[], act: (link: Link) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(links.map(act))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** What the proxy counted: connections and bytes that the toxic really touched. */
async function touched(
  kind: string,
  stack: Stack,
  links: readonly Link[],
  toxic: string,
): Promise<Evidence[]> {
  const counters = await stack.proxy.evidence()
  return links.flatMap(link => {
    const counted = counters[link.name]?.toxics[toxic]
    if (!counted || counted.connections === 0 || counted.bytes === 0) return []
    const { connections, bytes } = counted
    const observed = `${connections} ${connections === 1 ? 'connection' : 'connections'} and ${bytes} bytes touched`
    return [{ fault: kind, target: `${link.from} -> ${link.to}`, witness: 'fault proxy', observed }]
  })
}
