/** A browser as far as sessions go: its cookies, forms, redirects looked at and not followed. */
import { getSetCookies, Headers } from 'undici'
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
  type Seen,
  tryLaterOf,
} from './client.ts'
import type { HttpRequest } from './http.ts'

/** The session, and the place in the queue of those who want to sign in. */
const cookieNames = ['sid', 'queue'] as const

export class WebClient implements Client {
  readonly #world: ClientWorld
  readonly #cookies = new Map<string, string>()
  #cleared: Cleared | undefined

  constructor(world: ClientWorld) {
    this.#world = world
  }

  get signedIn(): boolean {
    return this.#cookies.has('sid')
  }

  get credential(): string | undefined {
    return this.#cookies.get('sid')
  }

  get cleared(): Cleared | undefined {
    return this.#cleared
  }

  async signIn(): Promise<Seen> {
    const form = new URLSearchParams({ ...this.#world.account }).toString()
    const answer = await this.#request('POST', '/sign-in', form)
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepCookies(answer)
    if (answer.status === 303 && this.signedIn) return { result: 'served' }
    const notice = /data-notice="([a-z-]+)"/.exec(answer.body)?.[1]
    if (notice === 'wrong-password') return { result: 'refused', told: 'wrong-password' }
    if (notice === 'try-later' || notice === 'queued') return tryLaterOf(answer)
    return answer.status >= 500 ? { result: 'error' } : { result: 'refused', told: 'other' }
  }

  async browse(): Promise<Seen> {
    const sent = this.#cookies.get('sid')
    if (sent === undefined) return { result: 'signed-out' }
    const answer = await this.#request('GET', '/')
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepAfterLook(sent, answer)
    if (answer.status === 303 || answer.status === 401) return { result: 'signed-out' }
    return contentSeen(answer)
  }

  async act(): Promise<Seen> {
    const sent = this.#cookies.get('sid')
    if (sent === undefined) return { result: 'signed-out' }
    const answer = await this.#request('POST', '/act', 'text=hello')
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepAfterLook(sent, answer)
    if (answer.status === 303 && answer.headers.location === '/') return { result: 'served' }
    if (answer.status === 303 || answer.status === 401) return { result: 'signed-out' }
    // Not sent, but still signed in and told so.
    return /data-notice="read-only"/.test(answer.body) ? { result: 'degraded' } : contentSeen(answer)
  }

  async signOut(): Promise<Seen> {
    const answer = await this.#request('POST', '/sign-out', '')
    if (answer.kind !== 'answer') return failureOf(answer)
    this.#keepCookies(answer)
    return { result: answer.status === 303 ? 'served' : 'error' }
  }

  async revokeElsewhere(byOperator: (credential: string) => Promise<void>): Promise<void> {
    await byOperator(this.#cookies.get('sid') ?? '')
  }

  async probe(): Promise<boolean> {
    return isServed(await this.#request('GET', '/'))
  }

  #request(method: HttpRequest['method'], path: string, form?: string): Promise<Asked> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return ask(this.#world, {
      method,
      path,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form,
    })
  }

  /** Another tab may have signed in again meanwhile: an answer speaks for the cookie that it was asked with. */
  #keepAfterLook(sent: string, answer: Answered): void {
    if (this.#cookies.get('sid') !== sent) return
    this.#keepCookies(answer)
    if (!this.signedIn) this.#cleared = { trace: answer.trace }
  }

  #keepCookies(answer: Answered): void {
    const lines = answer.headers['set-cookie']
    if (lines === undefined) return
    const headers = new Headers()
    for (const line of [lines].flat()) headers.append('set-cookie', line)
    for (const { name, value, expires, maxAge } of getSetCookies(headers)) {
      if (!cookieNames.some(known => known === name)) continue
      const until = expires === undefined ? Number.POSITIVE_INFINITY : Number(new Date(expires))
      // RFC 6265, section 4.1.2.2: Max-Age has precedence.
      const over = maxAge === undefined ? until <= Date.now() : maxAge <= 0
      if (value === '' || over) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}
