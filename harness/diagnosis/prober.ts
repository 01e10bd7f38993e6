/**
 * Looks at every door again and again, on a schedule that waits for no answer: a probe that hangs holds back no other.
 * Its own load is bounded: so many probes a second at most, however many doors there are, each for a deadline at most.
 */
import { defaultDeadlineMs, doorOf, type ProbeKind, type ProbeResult, probe, type Target } from './probe.ts'

/** One look and what came of it. Plain data. */
export interface ProbeRecord extends ProbeResult {
  /** When it began, ms on the run's clock. What it shows is known at `at + stages.total`. */
  at: number
  app: string
  region: string
  kind: ProbeKind
}

export interface ProbeTarget extends Target {
  /**
   * The headers of someone who is signed in there, as they are at the moment; undefined if there are none, and then an
   * anonymous visit is made instead. They stay as they are whatever the answer: it is the caller who says who is signed in.
   */
  credential?: () => Record<string, string> | undefined
  /** The visitor's own address. */
  address?: string
}

export interface ProberOptions {
  targets: readonly ProbeTarget[]
  /** The run's clock, ms. */
  now: () => number
  /** How often each target has its turn, ms, as far as `perSecondMax` allows it. Anonymous and signed-in in turn. */
  everyMs?: number
  /** Probes of all targets together. */
  perSecondMax?: number
  /** For one probe, ms. */
  deadlineMs?: number
  /** Whom to trust where doors speak TLS, PEM. */
  ca?: string | undefined
}

export class Prober implements AsyncDisposable {
  readonly #options: ProberOptions
  /** From one probe to the next, ms. */
  readonly #gapMs: number
  readonly #records: ProbeRecord[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #stopped = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #turn = 0
  #dueAt = 0

  /** Throws TypeError for a door that is no http(s) address. */
  constructor(options: ProberOptions) {
    const { targets, everyMs = 500, perSecondMax = 12 } = options
    for (const target of targets) doorOf(target)
    this.#options = options
    this.#gapMs = Math.max(everyMs / targets.length, 1_000 / perSecondMax)
  }

  /** What it has seen so far, in the order in which it became known. */
  get records(): readonly ProbeRecord[] {
    return this.#records
  }

  /** Begins, with the first probe at once. Does nothing without targets, when under way, or when stopped. */
  start(): void {
    if (this.#options.targets.length === 0 || this.#timer !== undefined || this.#stopped.signal.aborted)
      return
    this.#dueAt = performance.now()
    this.#tick()
  }

  /** Ends for good. What is under way is given up and leaves no record. Resolves when no connection is left. Idempotent. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#stopped.abort()
    await Promise.all(this.#running)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #tick(): void {
    const running = this.#probe().finally(() => this.#running.delete(running))
    this.#running.add(running)
    // What a busy machine made it miss is not made up for: a burst would measure itself.
    this.#dueAt = Math.max(this.#dueAt + this.#gapMs, performance.now())
    // Rounded up: Node cuts a delay down to whole ms, and that alone made a probe up to 1 ms too early.
    this.#timer = setTimeout(() => this.#tick(), Math.ceil(Math.max(0, this.#dueAt - performance.now())))
  }

  async #probe(): Promise<void> {
    const { targets, now, deadlineMs = defaultDeadlineMs, ca } = this.#options
    const turn = this.#turn++
    const index = turn % targets.length
    const target = targets[index]
    if (target === undefined) return
    const round = Math.floor(turn / targets.length)
    // Neighbours differ, so that each round has some of both kinds.
    const credential = (round + index) % 2 === 0 ? undefined : target.credential?.()
    const kind = credential === undefined ? 'anonymous' : 'signed-in'
    const { app, region, address } = target
    const at = now()
    const { signal } = this.#stopped
    const result = await probe(target, {
      kind,
      credential,
      deadlineMs,
      ca,
      signal,
      ...(address === undefined ? {} : { address }),
    })
    if (!signal.aborted) this.#records.push({ at, app, region, kind, ...result })
  }
}
