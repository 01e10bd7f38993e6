/**
 * A phone: an access token that runs out, a refresh token, one refresh in flight at a time. It clears its
 * credentials only on an explicit no to its refresh token, as a well-made phone app does.
 */
import { z } from 'zod'
import {
  type Answered,
  type Asked,
  type Cleared,
  type Client,
  type ClientWorld,
  contentSeen,
  failureOf,
  isServed,
  jsonOf,
  type Seen,
} from './client.ts'
import { PhoneDoor } from './phone-door.ts'

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() })
const noSchema = z.object({ error: z.literal('invalid_grant') })
type Tokens = z.output<typeof tokensSchema>

export class MobileClient implements Client {
  readonly #door: PhoneDoor
  #tokens: Tokens | undefined
  #cleared: Cleared | undefined
  #refreshing: Promise<Seen> | undefined

  constructor(world: ClientWorld) {
    this.#door = new PhoneDoor(world)
  }

  get signedIn(): boolean {
    return this.#tokens !== undefined
  }

  get credential(): string | undefined {
    return this.#tokens?.refresh_token
  }

  get cleared(): Cleared | undefined {
    return this.#cleared
  }

  signIn(): Promise<Seen> {
    return this.#door.signIn(answer => this.#keepTokens(answer))
  }

  async browse(): Promise<Seen> {
    return this.#door.shown(await this.#look(), this.signedIn)
  }

  async #look(): Promise<Seen> {
    const sent = this.#tokens
    if (!sent) return { result: 'signed-out' }
    const first = await this.#content()
    if (first.kind !== 'answer' || first.status !== 401) return contentSeen(first)
    // What was asked at the same time may have renewed the token already.
    if (this.#tokens === sent) {
      const refreshed = await this.refresh()
      if (refreshed.result !== 'served') return refreshed
    }
    // If a refresh went well and the new token is refused all the same, there is nothing that a phone could do about it.
    return this.signedIn ? contentSeen(await this.#content()) : { result: 'signed-out' }
  }

  refresh(): Promise<Seen> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async signOut(): Promise<Seen> {
    const answer = await this.#door.post('/api/sign-out', { refresh_token: this.#refreshToken })
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status !== 204) return { result: 'error' }
    this.#tokens = undefined
    return { result: 'served' }
  }

  async revokeElsewhere(byOperator: (credential: string) => Promise<void>): Promise<void> {
    await byOperator(this.#refreshToken)
  }

  async probe(): Promise<boolean> {
    const refresh_token = this.#refreshToken
    const answers = await Promise.all([this.#content(), this.#door.post('/api/refresh', { refresh_token })])
    return answers.some(isServed)
  }

  get #refreshToken(): string {
    return this.#tokens?.refresh_token ?? ''
  }

  async #refresh(): Promise<Seen> {
    const sent = this.#tokens
    if (!sent) return { result: 'signed-out' }
    const answer = await this.#door.post('/api/refresh', { refresh_token: sent.refresh_token })
    if (answer.kind !== 'answer') return failureOf(answer)
    // An answer speaks for the token that it was asked with; its owner may have signed out meanwhile.
    if (answer.status === 200) return this.#tokens === sent ? this.#keepTokens(answer) : { result: 'served' }
    if (!isExplicitNo(answer)) return { result: 'error' }
    if (this.#tokens === sent) {
      this.#tokens = undefined
      this.#cleared = { trace: answer.trace }
    }
    return { result: 'signed-out' }
  }

  #content(): Promise<Asked> {
    return this.#door.content(this.#tokens?.access_token ?? '')
  }

  #keepTokens(answer: Answered): Seen {
    const { success, data } = tokensSchema.safeParse(jsonOf(answer))
    if (!success) return { result: 'error' }
    this.#tokens = data
    return { result: 'served' }
  }
}

/** Whether an answer says that the refresh token itself is no good (RFC 6749, section 5.2), not merely the request. */
function isExplicitNo(answer: Answered): boolean {
  if (answer.status !== 400 && answer.status !== 401) return false
  return noSchema.safeParse(jsonOf(answer)).success
}
