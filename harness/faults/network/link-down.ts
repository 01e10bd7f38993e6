/** Links that are down: nothing listens at their addresses any more. */
import { connect } from 'node:net'
import { HarnessError, messageOf } from '../../errors.ts'
import type { Ending } from '../../stack/proxy-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Link } from '../../stack/topology.ts'
import type { Evidence, Injected } from '../fault.ts'
import { everywhere } from './toxic.ts'

export const linkHold = ({ name }: Pick<Link, 'name'>) => `link:${name}`

/** How long a connection attempt may take, ms. */
const attemptMs = 2_000

export interface LinksDown {
  kind: string
  links: readonly Link[]
  /** What becomes of the connections that stand. */
  established: Ending
}

/** Takes links down. If one cannot be, those before it are put up again. */
export async function takeLinksDown(
  { kind, links, established }: LinksDown,
  stack: Pick<Stack, 'proxy'>,
): Promise<Injected> {
  const { proxy } = stack
  const before = await proxy.evidence()
  const undo = () => everywhere(links, link => proxy.enable(link.name))
  try {
    await everywhere(links, link => proxy.disable(link.name, established))
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return {
    undo,
    evidence: async () => {
      const now = await proxy.evidence()
      const seen = links.map(async (link): Promise<Evidence[]> => {
        const [was, is] = [before[link.name], now[link.name]]
        if (is?.expired)
          throw new HarnessError(
            `${kind} ended by itself on ${link.name}: the harness stood still for too long`,
          )
        if (!is || is.enabled) return []
        const came = is.connections - (was?.connections ?? 0)
        const target = `${link.from} -> ${link.to}`
        const refusal = await attempt(proxy.listenOf(link.name))
        return [
          {
            fault: kind,
            target,
            witness: 'fault proxy',
            observed: `down since ${is.since}; connections: ${was?.open ?? 0} before, ${is.open} now, ${came} came`,
          },
          ...(refusal === undefined
            ? []
            : [{ fault: kind, target, witness: 'connection attempt', observed: refusal }]),
        ]
      })
      return (await Promise.all(seen)).flat()
    },
    remains: async () => {
      const states = await proxy.states()
      return links.flatMap(({ name }) => (states[name]?.enabled ? [] : [`link ${name} is down`]))
    },
  }
}

/** The error that a new connection gets; undefined if it gets none, or the address is not one of this machine. */
async function attempt(address: string): Promise<string | undefined> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  if (host !== '127.0.0.1') return undefined
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port), timeout: attemptMs })
    const settle = (result: string | undefined) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(undefined))
    socket.once('timeout', () => settle('no answer'))
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
  })
}
