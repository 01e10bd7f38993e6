import { ChunkQueue } from '../chunk-queue.ts'
import { int64 } from '../fields.ts'
import type { Chunk, Stage, StageContext, ToxicType } from '../stage.ts'

/** `latency` and `jitter` in ms. */
interface Attributes {
  latency: number
  jitter: number
}

/** What one link may hold. More than that, and its source is no longer read from. */
const heldBytesMax = 32 * 1024 * 1024
const heldChunksMax = 65_536

/** Uniform integer in [latency - jitter, latency + jitter - 1]; no jitter, no draw. */
function drawDelayMs(context: StageContext<Attributes>): number {
  const { latency, jitter } = context.attributes
  const offset = jitter > 0 ? Math.floor(context.random() * 2 * jitter) - jitter : 0
  return Math.max(0, latency + offset)
}

/**
 * Delays every chunk by `latency` plus or minus up to `jitter`, counted from its receipt: delays do not add up over
 * a burst. Order is kept. The end of the stream is not delayed, it only waits for the data before it.
 */
function start(context: StageContext<Attributes>): Stage {
  const held = new ChunkQueue()
  let ended = false
  let lastDueAt = 0
  const alarm = context.alarm(() => pump())
  const full = () => held.bytes >= heldBytesMax || held.length >= heldChunksMax

  function hold(chunk: Chunk): void {
    lastDueAt = Math.max(lastDueAt, chunk.receivedAt + drawDelayMs(context))
    held.push(chunk, lastDueAt)
  }

  function pump(): void {
    const wasFull = full()
    const now = performance.now()
    let first = held.first
    while (first !== undefined && first.dueAt <= now && !context.outputFull) {
      held.shift()
      context.pass({ data: first.chunk.data, receivedAt: Math.max(first.chunk.receivedAt, first.dueAt) })
      first = held.first
    }
    if (first === undefined && ended) context.end()
    if (first !== undefined && !context.outputFull) alarm.set(first.dueAt)
    if (wasFull && !full()) context.ready()
  }

  return {
    write(chunk) {
      hold(chunk)
      if (lastDueAt > chunk.receivedAt) context.touch(chunk.data.length)
      if (held.length === 1) pump()
    },
    end() {
      ended = true
      if (held.length === 0) context.end()
    },
    release() {
      for (const chunk of held.drain()) context.pass(chunk)
      if (ended) context.end()
    },
    full,
    resume: pump,
    update() {
      const chunks = held.drain()
      lastDueAt = 0
      for (const chunk of chunks) hold(chunk)
      if (chunks.length > 0) pump()
    },
  }
}

export const latency: ToxicType<Attributes> = {
  type: 'latency',
  goName: 'LatencyToxic',
  attributes: { latency: int64, jitter: int64 },
  start,
}
