/** Keeps a crowd signed in ahead of a run, so that the run can begin at once. */
import { isDeepStrictEqual } from 'node:util'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { type Ready, signEverybodyIn } from './measuring.ts'

/** Access tokens live 20 s: a crowd that has waited longer would begin with renewing all of them, ms. */
const freshMs = 12_000

interface Kept {
  ready: Ready
  for: ReturnType<typeof planOf>
}

export class ReadyCrowd implements AsyncDisposable {
  readonly #stack: Stack
  readonly #seed: number
  #kept: Kept | undefined
  #renewing: NodeJS.Timeout | undefined

  constructor(stack: Stack, seed: number) {
    this.#stack = stack
    this.#seed = seed
  }

  /** Begins to sign in for a scenario, and does so again for as long as nobody takes it. */
  keep(name: string, scenario: Scenario): void {
    void this.#drop()
    const ready = signEverybodyIn({ name, scenario, stack: this.#stack, seed: this.#seed })
    const kept: Kept = { ready, for: planOf(scenario) }
    this.#kept = kept
    const renew = () => {
      if (this.#kept !== kept) return
      this.#renewing = setTimeout(() => this.keep(name, scenario), freshMs)
      this.#renewing.unref()
    }
    void ready.signedIn.then(renew, renew)
  }

  /** Gives it away, if it fits the scenario. */
  take(scenario: Scenario): Ready | undefined {
    const kept = this.#kept
    if (!kept || !isDeepStrictEqual(kept.for, planOf(scenario))) return undefined
    clearTimeout(this.#renewing)
    this.#kept = undefined
    return kept.ready
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop()
  }

  async #drop(): Promise<void> {
    clearTimeout(this.#renewing)
    const kept = this.#kept
    this.#kept = undefined
    await kept?.ready.crowd[Symbol.asyncDispose]()
  }
}

/** What of a scenario a crowd is planned by. */
function planOf({ timelineMs, arrivals }: Scenario) {
  return { timelineMs, arrivals }
}
