/** The endpoints of one dependency in turn, each with its circuits (`circuit-breaker`: one for each purpose). */
import { isBrokenCircuitError, noop } from 'cockatiel'
import type { Purpose } from './call.ts'
import { Circuit } from './circuit.ts'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'

export interface EndpointsWorld {
  endpoints: () => readonly string[]
  name: string
  log: Log
  mitigations: Mitigations
}

export class Endpoints {
  readonly #world: EndpointsWorld
  readonly #breaks: boolean
  /** By address and purpose: sign-ins that are shed or slow say nothing about session checks. */
  readonly #circuits = new Map<string, Map<Purpose, Circuit>>()
  #turn = 0

  constructor(world: EndpointsWorld) {
    this.#world = world
    this.#breaks = world.mitigations.has('circuit-breaker')
  }

  /** Why nobody can be asked now, or undefined if somebody can. */
  whyNone(purpose: Purpose): 'no-endpoint' | 'circuit-open' | undefined {
    const urls = this.#urls()
    if (urls.length === 0) return 'no-endpoint'
    return urls.some(url => this.#passable(url, purpose)) ? undefined : 'circuit-open'
  }

  /**
   * Asks the next endpoint in turn whose circuit lets a call through, one that is not in `asked` first, and adds it
   * there. Gives what `ask` gives, whose rejection counts against the endpoint; undefined if nobody could be asked.
   */
  async ask<T>(
    purpose: Purpose,
    asked: Set<string>,
    ask: (url: string) => Promise<T>,
  ): Promise<T | undefined> {
    for (const url of this.#inTurn(asked)) {
      const policy = this.#breaks ? this.#circuit(url, purpose) : noop
      try {
        return await policy.execute(() => {
          asked.add(url)
          return ask(url)
        })
      } catch (error) {
        if (!isBrokenCircuitError(error)) throw error
      }
    }
    return undefined
  }

  #inTurn(asked: ReadonlySet<string>): string[] {
    const urls = this.#urls()
    const inTurn = [...urls.slice(this.#turn), ...urls.slice(0, this.#turn)]
    this.#turn = (this.#turn + 1) % Math.max(1, urls.length)
    return inTurn.sort((a, b) => Number(asked.has(a)) - Number(asked.has(b)))
  }

  #passable(url: string, purpose: Purpose): boolean {
    return !this.#breaks || (this.#circuits.get(url)?.get(purpose)?.passable ?? true)
  }

  #urls(): readonly string[] {
    const urls = this.#world.endpoints()
    // What vanished takes its circuits with it: if it comes back, it begins anew.
    if (this.#circuits.size > 0) {
      for (const url of this.#circuits.keys()) if (!urls.includes(url)) this.#circuits.delete(url)
    }
    return urls
  }

  #circuit(url: string, purpose: Purpose): Circuit {
    const byPurpose = this.#circuits.get(url) ?? new Map<Purpose, Circuit>()
    this.#circuits.set(url, byPurpose)
    const known = byPurpose.get(purpose)
    if (known) return known
    const about = { to: this.#world.name, endpoint: url, purpose }
    const circuit = new Circuit({
      onOpen: () => this.#world.log('circuit-opened', about),
      onClose: () => this.#world.log('circuit-closed', about),
    })
    byPurpose.set(purpose, circuit)
    return circuit
  }
}
