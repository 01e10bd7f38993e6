/** What the two ends of the measured connections can be asked to do. Each is a process of its own. */

export interface Ports {
  /** Answers every `request` with `answer`. */
  http: number
  echo: number
  /** Takes all that comes. */
  sink: number
  /** Sends as much as is taken. */
  source: number
}

/** What was counted since the last `mark`. */
export interface Reading {
  /** Requests answered. */
  requests: number
  bytes: number
  ms: number
  /** Of the requests' latencies. */
  p50Ms: number
  p99Ms: number
}

/** Of a latency toxic of `effectLatencyMs` that is added to an established connection. */
export interface Effect {
  /** From the API call until the first message came to the toxic, at most: when it came out, less its delay. */
  effectMs: number
  /** From the API call to its answer. */
  answerMs: number
  /** Messages that were sent after the answer and not delayed. */
  escaped: number
}

export type Job = {
  /** Of the far end. */
  ports: () => Ports
  mark: () => void
  read: () => Reading
  /** Asks (`requests`), sends to the sink (`send`) or takes from the source (`take`) until `stop`. */
  start: (input: { what: 'requests' | 'send' | 'take'; port: number; connections: number }) => void
  /** Opens connections that do nothing; they stay until `stop`. */
  open: (input: { port: number; connections: number }) => void
  /** Sends so much on each of them, one after another, and waits for its echo. */
  exchange: (input: { bytes: number }) => void
  stop: () => void
  /** Sends a message each `gapMs` for `ms`. Answers how long each took there and back, ms. */
  roundTrips: (input: { port: number; gapMs: number; ms: number }) => Promise<number[]>
  /** Takes from the source for `ms`, and goes on until `stop`. Answers KB/s. */
  rate: (input: { port: number; ms: number }) => Promise<number>
  /** Adds the toxic while one connection (beside those that are open) is talking. */
  effect: (input: { port: number; apiPort: number; proxy: string }) => Promise<Effect>
}

export interface Reply {
  result?: unknown
  error?: string
}

export const request = Buffer.from(
  'GET /items/1 HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nUser-Agent: bench\r\n\r\n',
)
const body = JSON.stringify({ id: 1, name: 'an item', text: 'x'.repeat(100) })
export const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)

export const effectLatencyMs = 50

/** Makes this process do jobs until whoever started it is gone. */
export function doJobs(jobs: Partial<Job>): void {
  process.on('message', async ({ kind, input }: { kind: keyof Job; input: never }) => {
    try {
      const result = await jobs[kind]?.(input)
      process.send?.({ result })
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.message : String(error) })
    }
  })
  process.once('disconnect', () => process.exit())
  // Ctrl-C is for the benchmark, which then ends this.
  process.on('SIGINT', () => {})
}
