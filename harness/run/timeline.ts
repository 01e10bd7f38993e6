/** Puts a scenario's faults on and takes them off again, on the run's clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError, messageOf } from '../errors.ts'
import type { Evidence, Fault, Injected } from '../faults/fault.ts'
import type { FaultWindow } from '../outcome/history.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { CutShort } from './cut-short.ts'
import { within } from './deadline.ts'
import { type FaultOn, takeOff } from './undo.ts'

/** Putting on, taking off and evidence: one of these that takes longer has failed, ms. */
const stepLimitMs = 15_000
/** For the hard way back, ms. */
const hardLimitMs = 60_000

export interface Clock {
  now(): number
}

export interface Played {
  windows: FaultWindow[]
  evidence: Evidence[]
  /** Faults that nothing but the injection itself speaks for. */
  unproven: string[]
  /** Of each fault that its own undo did not take off: why the hard way was taken. */
  dirtyRecovery: string[]
  /** All that were put on, in that order; each is off by now. */
  faults: FaultOn[]
  /** Why it ended before its time, if it did. */
  cutShort?: string
}

export interface PlayOptions {
  scenario: Pick<Scenario, 'schedule' | 'timelineMs'>
  stack: Stack
  clock: Clock
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
  /** Ends it: what is on is taken off at once, and the rest is skipped. Its reason is a CutShort, or what went wrong. */
  signal?: AbortSignal | undefined
  /** Limit for each step of a fault, ms. */
  limitMs?: number
  /** Limit for the hard way back, ms. */
  hardLimitMs?: number
}

/**
 * Plays the timeline to its end. However it ends, every fault that was put on has been taken off, in reverse order.
 * Rejects with what went wrong, or a HarnessError that says it all if several things did; what was put on and could
 * not be taken off is among it.
 */
export function playTimeline(options: PlayOptions): Promise<Played> {
  return new Player(options).play()
}

type Entry = Scenario['schedule'][number]

class Player {
  readonly #options: PlayOptions
  readonly #limitMs: number
  readonly #on = new Set<FaultOn>()
  readonly #played: Played = { windows: [], evidence: [], unproven: [], dirtyRecovery: [], faults: [] }
  readonly #errors: unknown[] = []
  readonly #ended = new AbortController()
  /** Resolves for each entry of the schedule once it is over, well or not. */
  readonly #over = new Map<Entry, Promise<void>>()

  constructor(options: PlayOptions) {
    this.#options = options
    this.#limitMs = options.limitMs ?? stepLimitMs
  }

  async play(): Promise<Played> {
    const { scenario, signal } = this.#options
    const end = () => this.#ended.abort()
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
    for (const entry of scenario.schedule) {
      const over = Promise.withResolvers<void>()
      this.#over.set(entry, over.promise)
      void this.#playEntry(entry)
        .catch(error => {
          this.#errors.push(error)
          end()
        })
        .finally(over.resolve)
    }
    await Promise.all([...this.#over.values(), this.#until(scenario.timelineMs)])
    signal?.removeEventListener('abort', end)
    // Whatever is on still, because something failed or it was cut short.
    for (const on of [...this.#on].reverse()) await this.#takeOff(on).catch(error => this.#errors.push(error))
    if (signal?.aborted) this.#explain(signal.reason)
    if (this.#errors.length > 0) throw asOne(this.#errors, this.#played.dirtyRecovery)
    return this.#played
  }

  async #playEntry(entry: Entry): Promise<void> {
    const { fault, fromMs, toMs } = entry
    const { phase, clock } = this.#options
    const name = `${fault.kind} at ${fault.target}`
    await this.#until(fromMs)
    await this.#allOver(each => each.toMs <= fromMs && this.#shareSomething(each, entry))
    if (this.#ended.signal.aborted) return
    await phase(`fault on: ${name}`)
    const from = clock.now()
    const on: FaultOn = { name, fault, from, injected: await this.#putOn(fault, name) }
    this.#on.add(on)
    this.#played.faults.push(on)
    await this.#until(toMs)
    // Those that end together end in reverse order.
    await this.#allOver(each => each.toMs === toMs && this.#isLater(each, entry))
    if (this.#ended.signal.aborted) return
    const evidence = await within(this.#limitMs, `${name} gave no evidence`, on.injected.evidence())
    this.#played.evidence.push(...evidence)
    if (evidence.length === 0) this.#played.unproven.push(name)
    await this.#takeOff(on)
  }

  async #putOn(fault: Fault, name: string): Promise<Injected> {
    const injecting = fault.inject(this.#options.stack)
    try {
      return await within(this.#limitMs, `${name} could not be put on`, injecting)
    } catch (error) {
      // Should it come on late after all, it must not stay.
      injecting.then(late => late.undo()).catch(() => {})
      throw error
    }
  }

  async #takeOff(on: FaultOn): Promise<void> {
    const { stack, clock, phase } = this.#options
    const { name, fault, from } = on
    this.#on.delete(on)
    const limits = { undoMs: this.#limitMs, hardMs: this.#options.hardLimitMs ?? hardLimitMs }
    const dirty = await takeOff(on, stack, limits)
    this.#played.windows.push({ fault: fault.kind, target: fault.target, from, until: clock.now() })
    if (dirty !== undefined) this.#played.dirtyRecovery.push(dirty)
    await phase(`fault off${dirty === undefined ? '' : ' the hard way'}: ${dirty ?? name}`)
  }

  #until(ms: number): Promise<void> {
    const leftMs = Math.max(0, ms - this.#options.clock.now())
    return sleep(leftMs, undefined, { signal: this.#ended.signal }).catch(() => {})
  }

  async #allOver(which: (entry: Entry) => boolean): Promise<void> {
    await Promise.all([...this.#over].filter(([entry]) => which(entry)).map(([, over]) => over))
  }

  /** Whether one comes on after the other. */
  #isLater(one: Entry, other: Entry): boolean {
    const { schedule } = this.#options.scenario
    return one.fromMs === other.fromMs
      ? schedule.indexOf(one) > schedule.indexOf(other)
      : one.fromMs > other.fromMs
  }

  #shareSomething(one: Entry, other: Entry): boolean {
    const { topology } = this.#options.stack
    const held = new Set(one.fault.holds(topology))
    return one !== other && other.fault.holds(topology).some(hold => held.has(hold))
  }

  #explain(reason: unknown): void {
    if (reason instanceof CutShort) this.#played.cutShort = reason.message
    else this.#errors.push(reason)
  }
}

function asOne(errors: readonly unknown[], dirtyRecovery: readonly string[]): unknown {
  const hard = dirtyRecovery.map(each => `recovered the hard way: ${each}`)
  const messages = [...new Set([...errors.map(messageOf), ...hard])]
  if (messages.length === 1) return errors[0]
  return new HarnessError(messages.join('; '), { cause: new AggregateError(errors) })
}
