/** A browser as far as sessions go: one cookie, forms, redirects looked at and not followed. */
import { getSetCookies, Headers } from 'undici'
import { type Account, type Client, failureOf, type Seen } from './client.ts'
import type { HttpClient, HttpRequest, HttpResult } from './http.ts'

export interface Place {
  /** Base address of the door. */
  door: string
  /** The name under which the door knows the app. */
  host: string
}

export class WebClient implements Client {
  readonly #http: HttpClient
  readonly #place: Place
  readonly #account: Account
  #cookie: string | undefined

  constructor(http: HttpClient, place: Place, account: Account) {
    this.#http = http
    this.#place = place
    this.#account = account
  }

  get signedIn(): boolean {
    return this.#cookie !== undefined
  }

  async signIn(): Promise<Seen> {
    const answer = await this.#request(
      'POST',
      '/sign-in',
      new URLSearchParams({ ...this.#account }).toString(),
    )
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepCookie(answer)
    if (answer.status === 303 && this.signedIn) return { result: 'served' }
    const notice = /data-notice="([a-z-]+)"/.exec(answer.body)?.[1]
    if (notice === 'wrong-password' || notice === 'try-later') return { result: 'refused', told: notice }
    return answer.status >= 500 ? { result: 'error' } : { result: 'refused', told: 'other' }
  }

  async browse(): Promise<Seen> {
    if (this.#cookie === undefined) return { result: 'signed-out' }
    const sent = this.#cookie
    const answer = await this.#request('GET', '/')
    if (answer.kind !== 'answer') return failureOf(answer)
    // Another tab may have signed in again meanwhile: an answer speaks for the cookie that it was asked with.
    if (this.#cookie === sent) this.#keepCookie(answer)
    if (answer.status === 200) return { result: answer.headers['x-served'] ? 'degraded' : 'served' }
    if (answer.status === 303 || answer.status === 401) return { result: 'signed-out' }
    return { result: 'error' }
  }

  async signOut(): Promise<Seen> {
    const answer = await this.#request('POST', '/sign-out', '')
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepCookie(answer)
    return { result: answer.status === 303 ? 'served' : 'error' }
  }

  credentialToRevoke(): string | undefined {
    return this.#cookie
  }

  async probe(): Promise<boolean> {
    const answer = await this.#request('GET', '/')
    return answer.kind === 'answer' && answer.status === 200
  }

  #request(method: HttpRequest['method'], path: string, form?: string): Promise<HttpResult> {
    const { door, host } = this.#place
    return this.#http.request({
      method,
      door,
      path,
      headers: {
        host,
        ...(this.#cookie === undefined ? {} : { cookie: `sid=${this.#cookie}` }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form }),
    })
  }

  #keepCookie(answer: HttpResult & { kind: 'answer' }): void {
    const lines = answer.headers['set-cookie']
    if (lines === undefined) return
    const headers = new Headers()
    for (const line of [lines].flat()) headers.append('set-cookie', line)
    const cookie = getSetCookies(headers).find(({ name }) => name === 'sid')
    if (!cookie) return
    const expires = cookie.expires === undefined ? Number.POSITIVE_INFINITY : Number(new Date(cookie.expires))
    // RFC 6265, section 4.1.2.2: Max-Age has precedence.
    const over = cookie.maxAge === undefined ? expires <= Date.now() : cookie.maxAge <= 0
    this.#cookie = cookie.value === '' || over ? undefined : cookie.value
  }
}
