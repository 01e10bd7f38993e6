import { Alarm } from './alarm.ts'
import type { AttributeValues, Chunk, Stage, StageContext } from './stage.ts'
import type { Toxic } from './toxic.ts'

/** Where bytes go next: another slot, or the destination. */
export interface Sink {
  readonly full: boolean
  write(chunk: Chunk): void
  /** Nothing more will be written. */
  finish(): void
}

/** A place on a link: takes bytes and passes them on to `next`. */
export interface Place extends Sink {
  /** Set by the link whenever its chain changes. */
  next: Sink | undefined
  /** What comes next takes bytes again. */
  resume(): void
}

/** What a slot needs of its link. */
export interface SlotHost {
  random(): number
  /** A slot takes bytes again. */
  ready(slot: Slot): void
  close(): void
  /** Closes once the destination has been told that nothing more comes. */
  closeAfterEnd(): void
  reset(): void
  /** A toxic has thrown. The connection cannot go on. */
  fault(error: unknown, slot: Slot): void
}

/**
 * The place of one toxic on one link. Whether the toxic acts on this connection is drawn once, here: it is active
 * while the draw is below the toxicity, and otherwise takes no part. A fault in a toxic ends its connection only.
 */
export class Slot implements Place, StageContext<AttributeValues> {
  readonly toxic: Toxic
  next: Sink | undefined
  readonly #host: SlotHost
  readonly #draw: number
  readonly #alarms: Alarm[] = []
  #stage: Stage | undefined
  #touched = false
  #ended = false

  constructor(toxic: Toxic, host: SlotHost) {
    this.toxic = toxic
    this.#host = host
    this.#draw = host.random()
  }

  get active(): boolean {
    return this.#stage !== undefined
  }

  /** Whether the toxic, as it is now, is to act on this connection. */
  get wanted(): boolean {
    return this.#draw < this.toxic.toxicity
  }

  start(): void {
    this.#guard(() => {
      this.#stage = this.toxic.type.start(this)
    })
  }

  update(): void {
    this.#guard(() => this.#stage?.update?.())
  }

  /** Stops acting: what is held goes on at once. */
  release(): void {
    const stage = this.#stage
    this.destroy()
    this.#guard(() => stage?.release())
  }

  /** Stops acting: what is held is dropped, for the connection is over. */
  destroy(): void {
    this.#stage = undefined
    for (const alarm of this.#alarms.splice(0)) alarm.clear()
  }

  resume(): void {
    const stage = this.#stage
    if (stage?.resume === undefined) this.ready()
    else this.#guard(() => stage.resume?.())
  }

  // --- as a sink ---

  get full(): boolean {
    return this.#stage?.full?.() ?? this.outputFull
  }

  write(chunk: Chunk): void {
    try {
      this.#stage?.write(chunk)
    } catch (error) {
      this.#host.fault(error, this)
    }
  }

  /** Of the link: the sender has closed. */
  finish(): void {
    this.#guard(() => this.#stage?.end())
  }

  // --- as the context of its stage ---

  get attributes(): AttributeValues {
    return this.toxic.attributes
  }

  get outputFull(): boolean {
    return this.next?.full ?? false
  }

  pass(chunk: Chunk): void {
    this.next?.write(chunk)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.next?.finish()
  }

  ready(): void {
    // While it is released, its link is about to change; the link itself then wakes whoever waits.
    if (this.active) this.#host.ready(this)
  }

  touch(bytes: number): void {
    const { evidence } = this.toxic
    if (!this.#touched) evidence.connections += 1
    this.#touched = true
    evidence.bytes += bytes
  }

  alarm(ring: () => void): Alarm {
    const alarm = new Alarm(() => this.#guard(ring))
    this.#alarms.push(alarm)
    return alarm
  }

  random(): number {
    return this.#host.random()
  }

  close(): void {
    this.#host.close()
  }

  hangUp(): void {
    this.#host.closeAfterEnd()
    this.end()
  }

  reset(): void {
    this.#host.reset()
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#host.fault(error, this)
    }
  }
}
