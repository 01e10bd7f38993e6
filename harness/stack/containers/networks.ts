/**
 * The two networks of a stack. Every container is on the inside network, which has no way out and publishes nothing;
 * the fault proxy alone is also on the front network, so that its ports can be published on this machine's loopback.
 *
 * Addresses on the inside network are fixed and names are given to containers as a hosts file. The engine's own name
 * server is not used: it forgets a container that is killed, and then keeps whoever asks for it waiting for seconds.
 */
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { HarnessError } from '../../errors.ts'
import { labelsOf } from '../ledger.ts'
import { engineMessage } from './engine.ts'

/** The first address given to a container; those below it are left to the engine. */
const firstHost = 10

export class StackNetworks {
  readonly inside: string
  readonly front: string
  readonly #subnet: string
  readonly #bridge: string
  readonly #hosts = new Map<string, number>()

  constructor(stack: string, inside: { id: string; subnet: string }) {
    this.inside = insideName(stack)
    this.front = frontName(stack)
    this.#subnet = inside.subnet
    // As the engine names the bridge of a network.
    this.#bridge = `br-${inside.id.slice(0, 12)}`
  }

  /**
   * Whether the bridge of the inside network is one of this machine's own: then its addresses are reached from here
   * and lead nowhere else. Not so where the engine runs in a virtual machine. Known once a container is on it.
   */
  get insideIsHere(): boolean {
    return networkInterfaces()[this.#bridge] !== undefined
  }

  /** The address of a service on the inside network: the same each time, also before it starts. */
  addressOf(service: string): string {
    const known = this.#hosts.get(service) ?? firstHost + this.#hosts.size
    this.#hosts.set(service, known)
    return hostAddress(this.#subnet, known)
  }
}

function insideName(stack: string): string {
  return `firebreak-${stack}-inside`
}

function frontName(stack: string): string {
  return `firebreak-${stack}-front`
}

/** Address number `host` of an IPv4 subnet (`a.b.c.d/length`). Throws RangeError past its end. */
export function hostAddress(subnet: string, host: number): string {
  const [base = '', length = ''] = subnet.split('/')
  const size = 2 ** (32 - Number(length))
  if (!(host > 0 && host < size - 1)) throw new RangeError(`subnet ${subnet} has no host ${host}`)
  const number = base.split('.').reduce((total, byte) => total * 256 + Number(byte), 0) + host
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}

async function create(docker: Docker, stack: string, options: Docker.NetworkCreateOptions) {
  try {
    return await docker.createNetwork({
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: labelsOf(stack),
      ...options,
    })
  } catch (error) {
    const hint = /address pool/.test(engineMessage(error))
      ? '; too many networks exist: `firebreak doctor` removes those of dead stacks'
      : ''
    throw new HarnessError(`cannot create network ${options.Name}: ${engineMessage(error)}${hint}`, {
      cause: error,
    })
  }
}

/**
 * Creates the inside network; resolves to its id and subnet. The engine gives fixed addresses only in subnets that it was
 * told, and only the engine knows which are free: so it is asked for one, which is then made again by name.
 */
async function createInside(
  docker: Docker,
  stack: string,
  attempts = 5,
): Promise<{ id: string; subnet: string }> {
  const options = { Name: insideName(stack), Internal: true }
  const offer = await create(docker, stack, options)
  const { IPAM } = (await offer.inspect()) as Docker.NetworkInspectInfo
  const subnet = IPAM?.Config?.map(({ Subnet }) => Subnet).find(text => text?.includes('.'))
  if (subnet === undefined) throw new HarnessError(`network ${options.Name} got no IPv4 subnet`)
  await offer.remove()
  try {
    const ipam = { Driver: 'default', Config: [{ Subnet: subnet }] }
    const { id } = await create(docker, stack, { ...options, IPAM: ipam })
    return { id, subnet }
  } catch (error) {
    // Another stack was offered the same subnet in between, and took it.
    if (attempts <= 1) throw error
    await sleep(50 * Math.random())
    return createInside(docker, stack, attempts - 1)
  }
}

/** Creates both networks of a stack. Rejects with a HarnessError; what was created by then carries the stack's label. */
export async function createNetworks(docker: Docker, stack: string): Promise<StackNetworks> {
  const [inside] = await Promise.all([
    createInside(docker, stack),
    create(docker, stack, {
      Name: frontName(stack),
      Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
    }),
  ])
  return new StackNetworks(stack, inside)
}
