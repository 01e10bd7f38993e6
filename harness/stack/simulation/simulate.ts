/**
 * The runtime `simulation`: a whole stack, its crowd and the run of a scenario in one process and in virtual time. The
 * same services, scenarios, faults, crowd and judgement as on the other runtimes; what lies between is imitated:
 *
 *   clock.ts       time jumps from one thing that is due to the next, when nobody is at work any more
 *   globals.ts     that time, chance from the seed, and no real sockets, laid over Node's
 *   process.ts     one run of a service: its timers, its share of a core, its end
 *   network.ts     links, connections and toxics: whole messages instead of packets, through the fault proxy's own toxics
 *   database.ts    auth's tables, as PostgreSQL shows them
 *   programs.ts    the services, made as their main.ts makes them
 *   costs.ts       what things cost in virtual time
 *
 * With the same seed and code everything happens in the same order at the same moments, so that the results are the same
 * to the byte. Not imitated, and skipped with the reason: TLS, and how much memory a service uses.
 */

import { connectThrough } from '../../crowd/http.ts'
import { createRandom } from '../../crowd/random.ts'
import type { Need } from '../../faults/fault.ts'
import { restartAlarms } from '../../proxy/alarm.ts'
import type { Architecture } from '../architectures.ts'
import type { Stack } from '../stack.ts'
import { virtualConnection, virtualFetch } from './calling.ts'
import { VirtualClock } from './clock.ts'
import { type Costs, usualCosts } from './costs.ts'
import { epochMs } from './epoch.ts'
import { enterVirtualWorld } from './globals.ts'
import { VirtualNetwork } from './network.ts'
import { runningProcess } from './process.ts'
import { virtualSockets } from './sockets.ts'
import { type StackPlan, stackPlan, startSimulatedStack } from './stack.ts'

export interface SimulatedWorld {
  clock: VirtualClock
  network: VirtualNetwork
}

export interface SimulationOptions {
  architecture: Architecture
  seed: number
  features?: readonly Need[]
  costs?: Costs | undefined
}

/** Whether one goes on in this thread: its time and chance are everybody's here. */
let isUnderWay = false

/**
 * Starts a stack and does something with it, all in virtual time. One at a time in a thread. Resolves, or rejects, with
 * what comes of the work; nothing of the stack is left then.
 */
export async function simulate<T>(
  options: SimulationOptions,
  work: (stack: Stack, world: SimulatedWorld) => Promise<T>,
): Promise<T> {
  if (isUnderWay) throw new TypeError('one simulation at a time: it has the time of the whole thread')
  isUnderWay = true
  const { architecture, seed, features, costs = usualCosts } = options
  const clock = new VirtualClock()
  const plan = stackPlan(architecture, features)
  const random = createRandom(seed, 'simulation')
  const network = new VirtualNetwork({
    ...{ clock, costs, topology: plan.topology, links: plan.links },
    random: createRandom(seed, 'network'),
  })
  const leave = enterVirtualWorld({
    ...{ clock, random, epochMs },
    fetch: virtualFetch(network),
    sockets: virtualSockets(network),
    hashed: then => {
      const process = runningProcess()
      if (process) process.workAside(costs.hashMs, then)
      else clock.after(costs.hashMs, then)
    },
  })
  restartAlarms()
  connectThrough((door: string) => virtualConnection(network, door))
  try {
    return await clock.drive(() => runWith(architecture, plan, { clock, network }, work))
  } finally {
    connectThrough(undefined)
    leave()
    isUnderWay = false
  }
}

async function runWith<T>(
  architecture: Architecture,
  plan: StackPlan,
  world: SimulatedWorld,
  work: (stack: Stack, world: SimulatedWorld) => Promise<T>,
): Promise<T> {
  await using stack = await startSimulatedStack(architecture, plan, world)
  return await work(stack, world)
}
