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
  /** Which of the links that are named it is for. */
  isFor: (link: Link) => boolean = () => true,
): Promise<Injected> {
  const links = linksNamed(pattern, stack.links, stack.topology).filter(isFor)
  if (links.length === 0) throw new HarnessError(`${kind}: no link "${pattern}" in this stack`)
  return injectToxics(kind, stack, links, [toxic])
}

/** The same with several toxics on each of some links. */
export async function injectToxics(
  kind: string,
  stack: Pick<Stack, 'proxy'>,
  links: readonly Link[],
  toxics: readonly Toxic[],
): Promise<Injected> {
  const named = toxics.map(toxic => ({ ...toxic, name: `${kind}-${randomBytes(3).toString('hex')}` }))
  const places = links.flatMap(link => named.map(toxic => ({ link, toxic })))
  const undo = () => everywhere(places, ({ link, toxic }) => stack.proxy.removeToxic(link.name, toxic.name))
  try {
    await everywhere(places, ({ link, toxic }) => stack.proxy.addToxic(link.name, toxic))
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return { undo, evidence: () => touched(kind, stack, places) }
}

/** Does it everywhere and waits for all of it: one still under way after the first failure would come after its undo. */
export async function everywhere<Place>(
  places: readonly Place[],
  act: (place: Place) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(places.map(act))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** These act at the end of a connection; others may have a connection in hand on which nothing has come yet. */
const actWithoutBytes: readonly Toxic['type'][] = ['slow_close', 'limit_data']

/** What the proxy counted: what the toxic really touched, requests where it knows them, else connections and bytes. */
async function touched(
  kind: string,
  stack: Pick<Stack, 'proxy'>,
  places: readonly { link: Link; toxic: Toxic & { name: string } }[],
): Promise<Evidence[]> {
  const counters = await stack.proxy.evidence()
  return places.flatMap(({ link, toxic }) => {
    const counted = counters[link.name]?.toxics[toxic.name]
    if (counted?.expired)
      throw new HarnessError(`${kind} ended by itself on ${link.name}: the harness stood still for too long`)
    if (!counted || counted.connections === 0) return []
    const { requests, bytes } = counted
    if (requests === 0 && bytes === 0 && !actWithoutBytes.includes(toxic.type)) return []
    const connections = `${counted.connections} ${counted.connections === 1 ? 'connection' : 'connections'}`
    const observed =
      requests > 0
        ? `${requests} ${requests === 1 ? 'request' : 'requests'} on ${connections} touched`
        : `${connections} and ${bytes} bytes touched`
    return [{ fault: kind, target: `${link.from} -> ${link.to}`, witness: 'fault proxy', observed }]
  })
}
