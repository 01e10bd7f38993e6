/** Starts a stack in a simulation. See simulate.ts for what that is. */
import { HarnessError } from '../../errors.ts'
import type { Need } from '../../faults/fault.ts'
import type { Architecture } from '../architectures.ts'
import { type EnvironmentParts, environmentOf, newSecrets } from '../environment.ts'
import type { Stack } from '../stack.ts'
import { withParts } from '../stack-parts.ts'
import { isReplica, withReplicas } from '../stack-replica.ts'
import { harness, internet, type Link, linksOf, type Topology, topologyOf } from '../topology.ts'
import { VirtualDatabase } from './database.ts'
import { VirtualCrowd, VirtualLoad } from './helpers.ts'
import { VirtualInstance } from './instance.ts'
import type { VirtualNetwork } from './network.ts'
import { VirtualProxy } from './proxy.ts'
import { VirtualServices } from './services.ts'
import type { SimulatedWorld } from './simulate.ts'

export interface StackPlan {
  topology: Topology
  links: readonly Link[]
  features: ReadonlySet<Need>
}

/** What a stack is made of, before there is a network. */
export function stackPlan(architecture: Architecture, features: readonly Need[] = []): StackPlan {
  const plain = withParts(topologyOf(architecture), features)
  const topology = features.includes('replica') ? withReplicas(plain) : plain
  return { topology, links: linksOf(topology), features: new Set(features) }
}

/** Resolves once every service listens. Rejects with HarnessError. */
export async function startSimulatedStack(
  architecture: Architecture,
  { topology, links, features }: StackPlan,
  { network }: Pick<SimulatedWorld, 'network'>,
): Promise<Stack> {
  const began = performance.now()
  const secrets = newSecrets(topology)
  const databases = databasesOf(topology, network)
  const instances = instancesOf({ topology, architecture, secrets, features }, databases, network)
  const serviceBootMs: Record<string, number> = {}
  await Promise.all(
    [...instances].map(async ([name, instance]) => {
      await instance.start().listening
      serviceBootMs[name] = performance.now() - began
    }),
  )
  for (const [name, replica] of Object.entries(databases))
    if (isReplica(name)) follow(replica, topology, databases, network)
  const proxy = new VirtualProxy(network)
  const addresses = (from: string, names: readonly string[]) =>
    Object.fromEntries(names.map(to => [to, `http://${proxy.listenOf(`${from}-to-${to}`)}`]))
  const stop = async () => {
    for (const instance of instances.values()) instance.kill()
    network.close()
  }
  return {
    ...{
      id: 'simulated',
      runtime: 'simulation',
      architecture,
      topology,
      links,
      proxy,
      features,
      serviceBootMs,
    },
    doors: addresses(internet, topology.doors),
    control: addresses(harness, topology.control),
    services: new VirtualServices(instances),
    replaceProxy: async () => {
      await proxy.reset()
      for (const link of network.links.values()) link.endConnections('cut')
    },
    databases: Object.fromEntries(
      Object.entries(databases).filter(([name]) => topology.control.includes(name)),
    ),
    adminToken: secrets.adminToken,
    clientSecrets: secrets.clients,
    bootMs: performance.now() - began,
    crowd: options => new VirtualCrowd(options),
    load: () => new VirtualLoad(),
    logs: () => Object.fromEntries([...instances].map(([name, instance]) => [name, instance.logs()])),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function databasesOf({ services }: Topology, network: VirtualNetwork): Record<string, VirtualDatabase> {
  const pause = () => new Promise<void>(resolve => setTimeout(resolve, 2 * network.costs.hopMs))
  return Object.fromEntries(
    services
      .filter(({ program }) => program === 'postgres')
      .map(({ name }) => [name, new VirtualDatabase(name, pause)]),
  )
}

function instancesOf(
  about: Omit<EnvironmentParts, 'addressOf'>,
  databases: Readonly<Record<string, VirtualDatabase>>,
  network: VirtualNetwork,
): Map<string, VirtualInstance> {
  const parts = { ...about, addressOf: (from: string, to: string) => network.link(`${from}-to-${to}`).listen }
  return new Map(
    about.topology.services.map(spec => {
      const env = environmentOf(spec, parts)
      return [spec.name, new VirtualInstance({ spec, env, network, database: databases[spec.name] })]
    }),
  )
}

function follow(
  replica: VirtualDatabase,
  topology: Topology,
  databases: Readonly<Record<string, VirtualDatabase>>,
  network: VirtualNetwork,
): void {
  const [followed = ''] = topology.services.find(({ name }) => name === replica.name)?.calls ?? []
  const primary = databases[followed]
  if (!primary) throw new HarnessError(`${replica.name} follows nobody`)
  primary.replication.addFollower(replica, network.link(`${replica.name}-to-${followed}`))
}
