/**
 * What a toxic is made of. A connection has two links (upstream: client to server; downstream: server to
 * client); each link passes its bytes through one stage per toxic, in the order in which they were added:
 *
 *   source socket ──> stage ──> stage ──> destination socket
 *
 * A stage is pushed: it is given chunks and passes chunks on, synchronously or later. Flow control runs the
 * other way: a stage that holds enough says that it is full, and whoever feeds it waits until it is ready.
 */
import type { Alarm } from './alarm.ts'
import type { Field } from './fields.ts'

export const directions = ['upstream', 'downstream'] as const
export type Direction = (typeof directions)[number]

/** Bytes on their way. */
export interface Chunk {
  readonly data: Buffer
  /** When they came in, ms on the clock of `performance.now`; a stage that delayed them says when they were due. */
  readonly receivedAt: number
}

/** The work of one toxic on one link. Only `write`, `end` and `release` are required. */
export interface Stage {
  /** Takes the next bytes. May be called while full: what was on its way already must not be lost. */
  write(chunk: Chunk): void
  /** The sender has closed its side. Called at most once, after the last `write`. */
  end(): void
  /** The toxic goes away: passes on all that is held, in order, now, even if the output is full. */
  release(): void
  /** Whether to be given no more for now. Without it: as full as the output. */
  full?(): boolean
  /** The output takes bytes again. Without it: this stage is ready, too. */
  resume?(): void
  /** `context.attributes` have changed. */
  update?(): void
}

/** What a stage can do and know. */
export interface StageContext<A> {
  /** The toxic's attributes as they are now. */
  readonly attributes: Readonly<A>
  /** Whether what comes next wants no more for now. */
  readonly outputFull: boolean
  pass(chunk: Chunk): void
  /** Passes the end of the stream on; saying it again does nothing. */
  end(): void
  /** This stage is no longer full. */
  ready(): void
  /** Evidence: the toxic has acted on this connection, on so many bytes. */
  touch(bytes: number): void
  /** A timer that is never early and dies with the stage. */
  alarm(ring: () => void): Alarm
  /** Uniform in [0, 1). */
  random(): number
  /** Closes the connection at once, with what is still on its way: both ends see its end. */
  close(): void
  /** Passes the end of the stream on and, once all before it is through, closes the connection. */
  hangUp(): void
  /** Resets the connection: both ends see a TCP reset. */
  reset(): void
}

export type AttributeValues = Record<string, unknown>
export type Fields<A> = { readonly [K in keyof A]: Field<A[K]> }

/** A kind of toxic: one file in toxics/, one line in its catalogue. */
export interface ToxicType<A extends object = AttributeValues> {
  /** The `type` of the API; also the file's name. */
  readonly type: string
  /** How Toxiproxy's error texts call it. */
  readonly goName: string
  /** The attributes in the order in which the API lists them. */
  readonly attributes: Fields<A>
  /** Whether attributes that it does not know are refused. Toxiproxy's own ignore them. */
  readonly strict?: boolean
  /** What is wrong with values that are well-formed each by itself, or undefined. */
  check?(attributes: Readonly<A>): string | undefined
  start(context: StageContext<A>): Stage
}
