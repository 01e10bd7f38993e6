/** How phones speak to an app: JSON over its mobile surface, and a place in the queue of those who want to sign in. */
import { z } from 'zod'
import {
  type Answered,
  type Asked,
  ask,
  type ClientWorld,
  failureOf,
  jsonOf,
  refusalOf,
  type Seen,
} from './client.ts'

const queuedSchema = z.object({ queue_ticket: z.string() })

export class PhoneDoor {
  readonly #world: ClientWorld
  #ticket: string | undefined
  /** Whether the device has kept something to show. What it is matters to nobody here. */
  #hasKept = false

  constructor(world: ClientWorld) {
    this.#world = world
  }

  /** Signs in; `keep` takes the credential out of an answer that grants one, and says what came of it. */
  async signIn(keep: (granted: Answered) => Seen): Promise<Seen> {
    const answer = await this.#request('POST', '/api/sign-in', {
      body: { ...this.#world.account },
      headers: this.#ticket === undefined ? {} : { 'x-queue-ticket': this.#ticket },
    })
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status === 200) {
      this.#ticket = undefined
      return keep(answer)
    }
    this.#ticket = queuedSchema.safeParse(jsonOf(answer)).data?.queue_ticket ?? this.#ticket
    return refusalOf(answer)
  }

  /**
   * What the owner of the phone sees of a look at the content: what came, or while nothing comes, what the device has
   * kept. That goes with the credential.
   */
  shown(seen: Seen, signedIn: boolean): Seen {
    const came = seen.result === 'served' || seen.result === 'degraded'
    this.#hasKept = signedIn && (came || this.#hasKept)
    return this.#hasKept && !came ? { ...seen, fromDevice: true } : seen
  }

  content(credential: string): Promise<Asked> {
    return this.#request('GET', '/api/content', { headers: { authorization: `Bearer ${credential}` } })
  }

  post(path: '/api/refresh' | '/api/sign-out', body: Record<string, string>): Promise<Asked> {
    return this.#request('POST', path, { body })
  }

  #request(
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {} }: { body?: Record<string, string>; headers?: Record<string, string> },
  ): Promise<Asked> {
    return ask(this.#world, {
      method,
      path,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
  }
}
