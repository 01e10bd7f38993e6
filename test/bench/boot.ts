/**
 * How long a stack takes from nothing to steady state, beside what the same machine takes to start as many bare
 * processes or containers at once, and how much memory it then holds. Prints one JSON object; the ratio is what can be
 * compared between machines.
 *
 *   npm run bench -- boot [processes|containers] [runs] [architecture]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Crowd } from '../../harness/crowd/crowd.ts'
import { familyCrowd } from '../../harness/crowd/population.ts'
import { UsageError } from '../../harness/errors.ts'
import { type Architecture, architectureOf } from '../../harness/stack/architectures.ts'
import { openEngine } from '../../harness/stack/containers/engine.ts'
import { prepareImages } from '../../harness/stack/containers/images.ts'
import type { RealRuntime } from '../../harness/stack/driver.ts'
import { nodeBinary } from '../../harness/stack/node-binary.ts'
import { chooseRuntime, prepareRuntime } from '../../harness/stack/runtimes.ts'
import { startStack } from '../../harness/stack/stack.ts'
import { topologyOf } from '../../harness/stack/topology.ts'
import { containersMemoryMiB, processesMemoryMiB } from './memory.ts'

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** From nothing to listening, and to somebody of each group of the crowd signed in and served, ms. */
async function stackOnce(runtime: RealRuntime, architecture: Architecture) {
  const began = performance.now()
  await using stack = await startStack({ runtime, architecture })
  const groups = familyCrowd.map(group => ({ ...group, residents: 1, revoked: 0 }))
  await using crowd = new Crowd({ stack, groups, seed: 1, run: 'bench', timelineMs: 0 })
  await crowd.warmUp()
  const servingMs = performance.now() - began
  const memoryMiB = await (runtime === 'containers' ? containersMemoryMiB : processesMemoryMiB)(stack.id)
  return { listeningMs: stack.bootMs, servingMs, memoryMiB, services: stack.serviceBootMs }
}

/** As many bare Node processes, each until it has said a word, ms. */
async function bareProcesses(units: number): Promise<number> {
  const began = performance.now()
  await Promise.all(
    Array.from({ length: units }, async () => {
      const child = spawn(nodeBinary(), ['-e', 'console.log(1)'], { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(child, 'close')
    }),
  )
  return performance.now() - began
}

/** As many bare containers of the same image, each until it runs, ms. */
async function bareContainers(units: number): Promise<number> {
  const engine = await openEngine()
  const { services } = await prepareImages(() => {})
  const began = performance.now()
  const containers = await Promise.all(
    Array.from({ length: units }, async () => {
      const container = await engine.createContainer({
        Image: services,
        Cmd: ['node', '-e', 'setInterval(() => {}, 1000)'],
        Labels: { 'firebreak.bench': '1' },
        HostConfig: { NetworkMode: 'none' },
      })
      await container.start()
      return container
    }),
  )
  const tookMs = performance.now() - began
  await Promise.all(containers.map(container => container.remove({ force: true, v: true })))
  return tookMs
}

/** Throws UsageError. */
export async function benchBoot(args: readonly string[]): Promise<void> {
  const [wanted = 'processes', count = '5', name = 'hardened'] = args
  const runs = Number(count)
  if (!Number.isInteger(runs) || runs < 1)
    throw new UsageError(`runs: "${count}" is not a whole number above 0`)
  const architecture = architectureOf(name)
  /** Every service, and the fault proxy. */
  const units = topologyOf(architecture).services.length + 1

  const { runtime } = await chooseRuntime(wanted)
  await prepareRuntime(runtime, () => {})
  const stacks: Awaited<ReturnType<typeof stackOnce>>[] = []
  const bare: number[] = []
  for (let run = 0; run < runs; run += 1) {
    // Taken in turns, so that a slow moment of the machine hits both.
    stacks.push(await stackOnce(runtime, architecture))
    bare.push(await (runtime === 'containers' ? bareContainers(units) : bareProcesses(units)))
  }
  const servingMs = median(stacks.map(each => each.servingMs))
  const bareMs = median(bare)
  const services = Object.keys(stacks[0]?.services ?? {}).toSorted()
  const rounded = {
    runtime,
    architecture: architecture.name,
    runs,
    units,
    listeningMs: Math.round(median(stacks.map(each => each.listeningMs))),
    servingMs: Math.round(servingMs),
    bareMs: Math.round(bareMs),
    ratio: Number((servingMs / bareMs).toFixed(2)),
    memoryMiB: Math.round(median(stacks.map(each => each.memoryMiB))),
    /** Each alone, from its start until it listened; they overlap. */
    servicesMs: Object.fromEntries(
      services.map(each => [
        each,
        Math.round(median(stacks.map(({ services }) => services[each] ?? Number.NaN))),
      ]),
    ),
  }
  process.stdout.write(`${JSON.stringify(rounded)}\n`)
}
