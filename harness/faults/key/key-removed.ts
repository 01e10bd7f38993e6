/**
 * The key that signs is taken away while tokens signed with it live, as by a clean-up that does not look at what is in use
 * (Azure AD, 2021-03-15): good tokens are refused, by each verifier from when it has read the keys again. It is done the
 * operator's way, and auth may refuse; that is seen, too. The undo puts the key back; verifiers learn of it as late.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { authPattern, KeyOwner, type KeyStack, keyHolds, keyProblems } from './signing-keys.ts'

const kind = 'key-removed'
/** How long auth may take to read its keys again, ms. */
const takenMsMax = 5_000

export const keyRemoved = defineFault({
  kind,
  layer: 'key',
  summary: 'The key that signs tokens is taken away while they live',
  params: z.strictObject({
    service: authPattern,
    /** Whether it is declared to be compromised, which no auth refuses. */
    emergency: z.boolean().default(false),
  }),
  target: ({ service }) => service,
  problems: ({ service }, topology) => keyProblems(service, topology),
  holds: ({ service }, topology) => keyHolds(service, topology),
  inject: ({ service, emergency }, stack) => injectKeyRemoval(service, emergency, stack),
})

async function injectKeyRemoval(service: string, emergency: boolean, stack: KeyStack): Promise<Injected> {
  const removals = KeyOwner.named(service, stack).map(owner => new Removal(owner))
  const undo = () => all(removals, removal => removal.undo())
  try {
    await all(removals, removal => removal.begin(emergency))
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return {
    undo,
    evidence: async () => (await Promise.all(removals.map(removal => removal.evidence()))).flat(),
    remains: async () => (await Promise.all(removals.map(removal => removal.remains()))).flat(),
  }
}

class Removal {
  readonly #owner: KeyOwner
  #before: string[] = []
  /** Taken away, or tried to be. */
  #kid: string | undefined
  #refusal: string | undefined

  constructor(owner: KeyOwner) {
    this.#owner = owner
  }

  async begin(emergency: boolean): Promise<void> {
    this.#before = (await this.#owner.list()).map(({ kid }) => kid)
    this.#kid = await this.#owner.signing()
    this.#refusal = await this.#owner.remove(this.#kid, emergency)
  }

  async undo(): Promise<void> {
    if (this.#kid === undefined || this.#refusal !== undefined) return
    await this.#owner.putBack(this.#kid, this.#before)
    for (const end = Date.now() + takenMsMax; !(await this.#owner.isPublished(this.#kid)); await sleep(50))
      if (Date.now() > end)
        throw new HarnessError(`${kind}: ${this.#owner.auth} does not publish ${this.#kid} again`)
  }

  async evidence(): Promise<Evidence[]> {
    const { auth } = this.#owner
    if (this.#kid === undefined) return []
    const seen = (witness: string, observed: string) => [{ fault: kind, target: auth, witness, observed }]
    if (this.#refusal !== undefined)
      return seen(auth, `removal of ${this.#kid} refused with ${this.#refusal}`)
    if (await this.#owner.isPublished(this.#kid)) return []
    return seen('published keys', `${this.#kid}, which signed, is not among them`)
  }

  async remains(): Promise<string[]> {
    if (this.#kid === undefined || (await this.#owner.isPublished(this.#kid))) return []
    return [`${this.#owner.auth} does not publish ${this.#kid}, which it did before`]
  }
}

/** Waits for all of them: one still under way after the first failure would come after its undo. */
async function all(removals: readonly Removal[], act: (removal: Removal) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(removals.map(act))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
