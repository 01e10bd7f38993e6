/** The one stack of a worker: scenarios that ask for the same features share it, others get another in its place. */
import type { Need } from '../faults/fault.ts'
import type { Stack } from '../stack/stack.ts'

export type StackStart = (features: readonly Need[], signal: AbortSignal) => Promise<Stack>

export class StackPool implements AsyncDisposable {
  readonly #start: StackStart
  readonly #closed = new AbortController()
  #held: { key: string; stack: Promise<Stack> } | undefined

  constructor(start: StackStart) {
    this.#start = start
  }

  /** A stack with exactly these features; `starting` is called if it has to be started first. */
  async get(features: readonly Need[], starting: () => Promise<void> = async () => {}): Promise<Stack> {
    const key = features.toSorted().join(' ')
    if (this.#held?.key === key) return this.#held.stack
    await this.#drop()
    this.#closed.signal.throwIfAborted()
    const held = { key, stack: this.#begin(features, starting) }
    this.#held = held
    held.stack.catch(() => {
      if (this.#held === held) this.#held = undefined
    })
    return held.stack
  }

  /** Stops the stack, also one that is just starting. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new Error('the stack is no longer wanted'))
    await this.#drop()
  }

  async #begin(features: readonly Need[], starting: () => Promise<void>): Promise<Stack> {
    await starting()
    return this.#start(features, this.#closed.signal)
  }

  async #drop(): Promise<void> {
    const stack = await this.#held?.stack.catch(() => undefined)
    this.#held = undefined
    await stack?.stop()
  }
}
