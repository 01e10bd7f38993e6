/**
 * A phone: an access token that runs out, a refresh token, one refresh in flight at a time. It clears its
 * credentials only on an explicit no to its refresh token, as a well-made phone app does.
 */
import { z } from 'zod'
import { type Account, type Client, failureOf, type Seen } from './client.ts'
import type { HttpClient, HttpRequest, HttpResult } from './http.ts'
import type { Place } from './web-client.ts'

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() })
const noSchema = z.object({ error: z.literal('invalid_grant') })
type Tokens = z.output<typeof tokensSchema>

export class MobileClient implements Client {
  readonly #http: HttpClient
  readonly #place: Place
  readonly #account: Account
  #tokens: Tokens | undefined
  #refreshing: Promise<Seen> | undefined

  constructor(http: HttpClient, place: Place, account: Account) {
    this.#http = http
    this.#place = place
    this.#account = account
  }

  get signedIn(): boolean {
    return this.#tokens !== undefined
  }

  async signIn(): Promise<Seen> {
    const answer = await this.#request('POST', '/api/sign-in', { ...this.#account })
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status === 200) return this.#keepTokens(answer)
    if (answer.status === 401) return { result: 'refused', told: 'wrong-password' }
    if (answer.status === 503) return { result: 'refused', told: 'try-later' }
    return answer.status >= 500 ? { result: 'error' } : { result: 'refused', told: 'other' }
  }

  async browse(): Promise<Seen> {
    const sent = this.#tokens
    if (!sent) return { result: 'signed-out' }
    const first = await this.#content()
    if (first.kind !== 'answer' || first.status !== 401) return contentSeen(first)
    // What was asked at the same time may have renewed the token already.
    if (this.#tokens === sent) {
      const refreshed = await this.refresh()
      if (refreshed.result !== 'served') return refreshed
    }
    return this.signedIn ? contentSeen(await this.#content()) : { result: 'signed-out' }
  }

  refresh(): Promise<Seen> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async signOut(): Promise<Seen> {
    const refresh_token = this.#tokens?.refresh_token ?? ''
    const answer = await this.#request('POST', '/api/sign-out', { refresh_token })
    if (answer.kind !== 'answer') return failureOf(answer)
    if (answer.status !== 204) return { result: 'error' }
    this.#tokens = undefined
    return { result: 'served' }
  }

  credentialToRevoke(): string | undefined {
    return this.#tokens?.refresh_token
  }

  async probe(): Promise<boolean> {
    const refresh_token = this.#tokens?.refresh_token
    const answers = await Promise.all([
      this.#content(),
      this.#request('POST', '/api/refresh', { refresh_token }),
    ])
    return answers.some(answer => answer.kind === 'answer' && answer.status === 200)
  }

  async #refresh(): Promise<Seen> {
    const sent = this.#tokens
    if (!sent) return { result: 'signed-out' }
    const answer = await this.#request('POST', '/api/refresh', { refresh_token: sent.refresh_token })
    if (answer.kind !== 'answer') return failureOf(answer)
    // An answer speaks for the token that it was asked with; its owner may have signed out meanwhile.
    if (answer.status === 200) return this.#tokens === sent ? this.#keepTokens(answer) : { result: 'served' }
    if (!isExplicitNo(answer)) return { result: 'error' }
    if (this.#tokens === sent) this.#tokens = undefined
    return { result: 'signed-out' }
  }

  #content(): Promise<HttpResult> {
    return this.#request('GET', '/api/content')
  }

  #request(method: HttpRequest['method'], path: string, body?: unknown): Promise<HttpResult> {
    const { door, host } = this.#place
    return this.#http.request({
      method,
      door,
      path,
      headers: {
        host,
        ...(path === '/api/content' ? { authorization: `Bearer ${this.#tokens?.access_token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  #keepTokens(answer: HttpResult & { kind: 'answer' }): Seen {
    try {
      this.#tokens = tokensSchema.parse(JSON.parse(answer.body))
      return { result: 'served' }
    } catch {
      return { result: 'error' }
    }
  }
}

/** Whether an answer says that the refresh token itself is no good (RFC 6749, section 5.2), not merely the request. */
function isExplicitNo({ status, body }: HttpResult & { kind: 'answer' }): boolean {
  if (status !== 400 && status !== 401) return false
  try {
    return noSchema.safeParse(JSON.parse(body)).success
  } catch {
    return false
  }
}

function contentSeen(answer: HttpResult): Seen {
  if (answer.kind !== 'answer') return failureOf(answer)
  if (answer.status === 200) return { result: answer.headers['x-served'] ? 'degraded' : 'served' }
  // A refresh went well and the new token is refused all the same: nothing that a phone could do about it.
  return { result: 'error' }
}
