/**
 * A system that calls an app's API with a long-lived token of its own (RFC 6749, section 4.4). It drops the token only
 * when it is told that this very token is no good, and then asks for a new one. It keeps it through everything else.
 */
import { z } from 'zod'
import {
  type Answered,
  type Asked,
  ask,
  type Cleared,
  type Client,
  type ClientWorld,
  contentSeen,
  failureOf,
  isServed,
  isTokenRefused,
  jsonOf,
  refusalOf,
  type Seen,
} from './client.ts'

export const apiScopes = ['messages:read', 'messages:write'] as const
const grantSchema = z.object({ access_token: z.string() })
/** One call in so many sends something, the others read. */
const sendEvery = 3

export class ApiClient implements Client {
  readonly #world: ClientWorld
  #token: string | undefined
  #calls = 0
  #cleared: Cleared | undefined

  constructor(world: ClientWorld) {
    this.#world = world
  }

  get signedIn(): boolean {
    return this.#token !== undefined
  }

  get credential(): string | undefined {
    return this.#token
  }

  get cleared(): Cleared | undefined {
    return this.#cleared
  }

  async signIn(): Promise<Seen> {
    const answer = await this.#askAuth('/oauth/token', {
      grant_type: 'client_credentials',
      scope: apiScopes.join(' '),
    })
    if (answer.kind !== 'answer') return failureOf(answer)
    return answer.status === 200 ? this.#keepToken(answer) : refusalOf(answer)
  }

  /** Calls the API: mostly reads, and sends now and then. */
  async browse(): Promise<Seen> {
    const sent = this.#token
    if (sent === undefined) return { result: 'signed-out' }
    this.#calls += 1
    const answer = await (this.#calls % sendEvery === 0 ? this.#send(sent) : this.#read(sent))
    if (!isTokenRefused(answer)) return contentSeen(answer)
    // An answer speaks for the token that it was asked with; there may be a new one meanwhile.
    if (this.#token === sent) {
      this.#token = undefined
      this.#cleared = { trace: answer.trace }
    }
    return { result: 'signed-out' }
  }

  async signOut(): Promise<Seen> {
    const answer = await this.#askAuth('/oauth/revoke', { token: this.#token ?? '' })
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status !== 200) return { result: 'error' }
    this.#token = undefined
    return { result: 'served' }
  }

  async revokeElsewhere(byOperator: (credential: string) => Promise<void>): Promise<void> {
    await byOperator(this.#token ?? '')
  }

  async probe(): Promise<boolean> {
    const token = this.#token ?? ''
    const answers = await Promise.all([this.#read(token), this.#send(token)])
    return answers.some(isServed)
  }

  #read(token: string): Promise<Asked> {
    return ask(this.#world, {
      method: 'GET',
      path: '/v1/messages',
      headers: { authorization: `Bearer ${token}` },
    })
  }

  #send(token: string): Promise<Asked> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ to: 'somebody', text: 'hello' })
    return ask(this.#world, { method: 'POST', path: '/v1/messages', headers, body })
  }

  #askAuth(path: '/oauth/token' | '/oauth/revoke', form: Record<string, string>): Promise<Asked> {
    const { username, password } = this.#world.account
    // RFC 6749, section 2.3.1: both parts are form-encoded first.
    const basic = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`
    const headers = {
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    }
    return ask(this.#world, { method: 'POST', path, headers, body: new URLSearchParams(form).toString() })
  }

  #keepToken(answer: Answered): Seen {
    const { success, data } = grantSchema.safeParse(jsonOf(answer))
    if (!success) return { result: 'error' }
    this.#token = data.access_token
    return { result: 'served' }
  }
}
