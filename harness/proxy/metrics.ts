/** Toxiproxy's counters, and some of our own, as Prometheus text. All of them are live. */
import type { Counters } from './counters.ts'
import type { FaultProxy } from './proxy.ts'
import type { Direction } from './stage.ts'

interface Bytes {
  received: number
  sent: number
}

type Labels = Readonly<Record<string, string>>

/** Bytes of one proxy while it had one address and one upstream, for these are labels. */
export interface Traffic {
  readonly labels: Labels
  readonly bytes: Readonly<Record<Direction, Bytes>>
}

/** Knows from where on a proxy's counters belong to its labels. */
export class TrafficMeter {
  readonly #proxy: string
  readonly #counters: Counters
  readonly #archive: TrafficArchive
  #labels: Labels | undefined
  #from: Counters

  constructor(proxy: string, counters: Counters, archive: TrafficArchive) {
    this.#proxy = proxy
    this.#counters = counters
    this.#archive = archive
    this.#from = { ...counters }
  }

  /** From here on the proxy has these. */
  label(listener: string, upstream: string): void {
    if (this.#labels?.listener === listener && this.#labels.upstream === upstream) return
    this.retire()
    this.#labels = { listener, proxy: this.#proxy, upstream }
  }

  /** What was counted under the labels until now goes to the archive. */
  retire(): void {
    const traffic = this.traffic
    if (traffic !== undefined) this.#archive.add(traffic)
    this.#labels = undefined
    this.#from = { ...this.#counters }
  }

  get traffic(): Traffic | undefined {
    if (this.#labels === undefined) return undefined
    const now = this.#counters
    const from = this.#from
    const bytes = {
      upstream: {
        received: now.upstreamBytes - from.upstreamBytes,
        sent: now.upstreamSentBytes - from.upstreamSentBytes,
      },
      downstream: {
        received: now.downstreamBytes - from.downstreamBytes,
        sent: now.downstreamSentBytes - from.downstreamSentBytes,
      },
    }
    return { labels: this.#labels, bytes }
  }
}

/** Traffic by its labels. Counters never go back, so what is over is kept. */
export class TrafficArchive {
  readonly #all = new Map<string, Traffic>()

  constructor(copied: Iterable<Traffic> = []) {
    for (const traffic of copied) this.add(traffic)
  }

  get all(): readonly Traffic[] {
    return [...this.#all.values()]
  }

  add({ labels, bytes }: Traffic): void {
    const key = JSON.stringify(labels)
    const known = this.#all.get(key)?.bytes
    this.#all.set(key, {
      labels,
      bytes: {
        upstream: sum(bytes.upstream, known?.upstream),
        downstream: sum(bytes.downstream, known?.downstream),
      },
    })
  }
}

function sum(one: Bytes, other: Bytes = { received: 0, sent: 0 }): Bytes {
  return { received: one.received + other.received, sent: one.sent + other.sent }
}

/** The metrics of all proxies, in Prometheus' text format 0.0.4. */
export function metricsText(proxies: readonly FaultProxy[], archive: TrafficArchive): string {
  const live = proxies.flatMap(({ traffic }) => traffic ?? [])
  const traffic = new TrafficArchive([...archive.all, ...live]).all
  const bytesOf = (kind: keyof Bytes) =>
    traffic.flatMap(({ labels, bytes }) =>
      (['downstream', 'upstream'] as const).map(
        direction => [{ direction, ...labels }, bytes[direction][kind]] as const,
      ),
    )
  const toxics = proxies.flatMap(proxy =>
    proxy.toxics.known.map(({ name, evidence }) => {
      const { type, stream } = evidence
      return { labels: { proxy: proxy.name, toxic: name, type, stream }, evidence }
    }),
  )
  const touched = (kind: 'bytes' | 'connections' | 'requests') =>
    toxics.map(({ labels, evidence }) => [labels, evidence[kind]] as const)
  return [
    family('toxiproxy_proxy_received_bytes_total', 'counter', 'Bytes read by a proxy.', bytesOf('received')),
    family('toxiproxy_proxy_sent_bytes_total', 'counter', 'Bytes sent on by a proxy.', bytesOf('sent')),
    family(
      'firebreak_proxy_open_connections',
      'gauge',
      'Connections that are open.',
      proxies.map(proxy => [{ proxy: proxy.name }, proxy.counters.open] as const),
    ),
    family('firebreak_toxic_bytes_total', 'counter', 'Bytes that a toxic acted on.', touched('bytes')),
    family(
      'firebreak_toxic_connections_total',
      'counter',
      'Connections that a toxic acted on.',
      touched('connections'),
    ),
    family(
      'firebreak_toxic_requests_total',
      'counter',
      'Requests that a toxic acted on.',
      touched('requests'),
    ),
  ].join('')
}

/** One metric with all its samples; nothing if it has none. */
function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [Labels, number])[],
): string {
  if (samples.length === 0) return ''
  const lines = samples.map(([labels, value]) => `${name}{${labelText(labels)}} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function labelText(labels: Labels): string {
  const escaped = (text: string) =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')
}
