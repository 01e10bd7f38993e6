/** The parts of the benchmark. Each measures one subject once, and answers figures by the names of their rows. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { End } from './children.ts'
import type { partNames } from './options.ts'
import { delaySummary, median, percentile } from './statistics.ts'
import type { Subject } from './subjects.ts'

export interface World {
  near: End
  far: End
  quick: boolean
}

/** Figures by the names of their rows; what a subject cannot do is missing. */
export type Figures = Record<string, number>

export interface Part {
  /** How often it is done; the median counts. */
  readonly rounds: number
  /** Each time with a process that nobody has used before. */
  readonly fresh?: boolean
  measure(subject: Subject, world: World): Promise<Figures>
}

const connectionCounts = [1, 50, 500] as const

export const parts: Readonly<Record<(typeof partNames)[number], Part>> = {
  throughput: { rounds: 3, measure: throughput },
  requests: { rounds: 3, measure: requests },
  latency: { rounds: 2, measure: latency },
  bandwidth: { rounds: 1, measure: bandwidth },
  effect: { rounds: 2, measure: effect },
  memory: { rounds: 1, fresh: true, measure: memory },
}

async function throughput(subject: Subject, world: World): Promise<Figures> {
  const figures: Figures = {}
  for (const [name, what, meter, port] of [
    ['up', 'send', world.far, subject.ports.sink],
    ['down', 'take', world.near, subject.ports.source],
  ] as const) {
    await world.near.ask('start', { what, port, connections: 1 })
    const { reading, cpuSeconds } = await windowOf(subject, meter, world.quick ? 700 : 1_500)
    await world.near.ask('stop')
    const gigabytes = reading.bytes / 1e9
    figures[`throughput ${name}, Gbit/s`] = (gigabytes * 8) / (reading.ms / 1_000)
    if (cpuSeconds !== undefined) figures[`  CPU of the proxy, ${name}, s/GB`] = cpuSeconds / gigabytes
  }
  return figures
}

async function requests(subject: Subject, world: World): Promise<Figures> {
  const figures: Figures = {}
  for (const connections of connectionCounts) {
    await world.near.ask('start', { what: 'requests', port: subject.ports.http, connections })
    const { reading, cpuSeconds } = await windowOf(subject, world.near, world.quick ? 700 : 2_000)
    await world.near.ask('stop')
    figures[`requests, ${counted(connections)}, 1/s`] = reading.requests / (reading.ms / 1_000)
    figures[`  p50 at ${connections}, ms`] = reading.p50Ms
    figures[`  p99 at ${connections}, ms`] = reading.p99Ms
    if (cpuSeconds !== undefined) {
      figures[`  CPU of the proxy at ${connections}, µs`] = (cpuSeconds * 1e6) / reading.requests
    }
  }
  return figures
}

/** What is counted, and what the proxy works, in a while after things have settled. */
async function windowOf(subject: Subject, meter: End, ms: number) {
  await sleep(300)
  const before = subject.proxy?.cpuSeconds
  await meter.ask('mark')
  await sleep(ms)
  const reading = await meter.ask('read')
  const after = subject.proxy?.cpuSeconds
  const cpuSeconds = before === undefined || after === undefined ? undefined : after - before
  return { reading, cpuSeconds }
}

async function latency({ ports, proxy }: Subject, { near, quick }: World): Promise<Figures> {
  const talk = { port: ports.echo, gapMs: 5, ms: quick ? 600 : 1_600 }
  const bare = await near.ask('roundTrips', talk)
  const bareMs = median(bare)
  const figures: Figures = {
    'round trip without a toxic, p50, ms': bareMs,
    'round trip without a toxic, p99, ms': percentile(bare, 0.99),
  }
  if (proxy === undefined) return figures
  const tripsWith = async (latencyMs: number) => {
    const attributes = { latency: latencyMs, jitter: 0 }
    await proxy.addToxic('echo', { type: 'latency', stream: 'downstream', attributes })
    const took = await near.ask('roundTrips', talk)
    await proxy.removeToxic('echo')
    return took
  }
  // The first second would measure compilers.
  await tripsWith(5)
  for (const askedMs of [10, 100, 500]) {
    const took = await tripsWith(askedMs)
    const { p50, p99, min } = delaySummary(took, askedMs, bareMs)
    figures[`latency ${askedMs} ms, late by p50, ms`] = p50
    figures[`latency ${askedMs} ms, late by p99, ms`] = p99
    figures[`latency ${askedMs} ms, shortest trip beyond it, ms`] = min
  }
  return figures
}

async function bandwidth({ ports, proxy }: Subject, { near, quick }: World): Promise<Figures> {
  const figures: Figures = {}
  if (proxy === undefined) return figures
  for (const asked of [100, 1_000, 10_000]) {
    const toxic = { type: 'bandwidth', stream: 'downstream', attributes: { rate: asked } }
    const added = await proxy.addToxic('source', toxic).catch((error: Error) => error)
    // A proxy that does not have the toxic has no such figures.
    if (added instanceof Error) {
      if (!/: 400 /.test(added.message)) throw added
      return figures
    }
    figures[`bandwidth ${asked} KB/s, passed, KB/s`] = await near.ask('rate', {
      port: ports.source,
      ms: quick ? 800 : 1_500,
    })
    // In this order: Toxiproxy cannot take a toxic from a connection whose client is gone.
    await proxy.removeToxic('source')
    await near.ask('stop')
  }
  return figures
}

async function effect({ ports, proxy }: Subject, { near, quick }: World): Promise<Figures> {
  const figures: Figures = {}
  if (proxy === undefined) return figures
  for (const connections of [1, 1_000]) {
    await near.ask('open', { port: ports.echo, connections: connections - 1 })
    const effects = []
    for (let times = quick ? 2 : 5; times > 0; times -= 1) {
      effects.push(await near.ask('effect', { port: ports.echo, apiPort: proxy.apiPort, proxy: 'echo' }))
    }
    await near.ask('stop')
    figures[`toxic's first effect, ${counted(connections)}, ms`] = median(effects.map(e => e.effectMs))
    figures[`toxic's API answer, ${counted(connections)}, ms`] = median(effects.map(e => e.answerMs))
    figures[`  sent later and not delayed, ${counted(connections)}`] = effects.reduce(
      (sum, { escaped }) => sum + escaped,
      0,
    )
  }
  return figures
}

async function memory({ ports, proxy }: Subject, { near }: World): Promise<Figures> {
  const figures: Figures = {}
  if (proxy === undefined) return figures
  const note = async (when: string) => {
    await sleep(300)
    figures[`resident ${when}, MiB`] = proxy.residentMiB
  }
  await note('at start')
  await near.ask('open', { port: ports.echo, connections: 1_000 })
  await note('with 1,000 idle connections')
  await near.ask('exchange', { bytes: 100 })
  await note('after 100 B on each')
  await near.ask('exchange', { bytes: 60_000 })
  await note('after 60 kB on each')
  await near.ask('stop')
  await sleep(1_000)
  await note('after they were closed')
  return figures
}

function counted(connections: number): string {
  return connections === 1 ? '1 connection' : `${connections.toLocaleString('en')} connections`
}

/** The middle of several rounds, row by row. */
export function merge(rounds: readonly Figures[]): Figures {
  const rows = new Set(rounds.flatMap(figures => Object.keys(figures)))
  return Object.fromEntries(
    [...rows].map(row => [row, median(rounds.flatMap(figures => figures[row] ?? []))]),
  )
}
