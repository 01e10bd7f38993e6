/** The config service as a client sees it. Every call has a deadline and ends with the signal. */
import { z } from 'zod'
import type { HealthCount } from './health.ts'

const directiveSchema = z.object({
  revision: z.number().int(),
  version: z.number().int(),
  value: z.unknown(),
  state: z.enum(['baking', 'promoted']),
})
/** Which version this client is to run, and whether it is only being tried. */
export type Directive = z.output<typeof directiveSchema>

/** What is said back about a version. */
export interface Acknowledgement {
  version: number
  status: 'applied' | 'refused'
  reason?: string
}

export interface ConfigAddress {
  /** Base address of the config service. */
  url: string
  document: string
  client: string
  region: string | undefined
}

const postTimeoutMs = 2_000

export class ConfigWire {
  readonly #address: ConfigAddress
  readonly #fetch: typeof fetch
  readonly #signal: AbortSignal

  constructor(address: ConfigAddress, options: { fetch: typeof fetch; signal: AbortSignal }) {
    this.#address = address
    this.#fetch = options.fetch
    this.#signal = options.signal
  }

  /** The directive once it is another than `after`; `none` if it stays, or there is no such document. */
  async watch(after: number, timeoutMs: number): Promise<Directive | 'none' | 'no-document'> {
    const { client, region } = this.#address
    const query = new URLSearchParams({
      after: `${after}`,
      client,
      ...(region === undefined ? {} : { region }),
    })
    const { status, text } = await this.#ask(`watch?${query}`, {}, timeoutMs)
    if (status === 204) return 'none'
    if (status === 404) return 'no-document'
    if (status !== 200) throw new Error(`config service answered ${status}`)
    return directiveSchema.parse(JSON.parse(text))
  }

  /** True once the service has it, or has said that it will never take it. */
  acknowledge(acknowledgement: Acknowledgement): Promise<boolean> {
    const { client, region } = this.#address
    return this.#post('acknowledgements', {
      client,
      ...(region === undefined ? {} : { region }),
      ...acknowledgement,
    })
  }

  reportHealth(report: { version: number; before: HealthCount; since: HealthCount }): Promise<boolean> {
    return this.#post('health', { client: this.#address.client, ...report })
  }

  async #post(path: string, body: unknown): Promise<boolean> {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    try {
      const { status } = await this.#ask(path, init, postTimeoutMs)
      return status < 500
    } catch {
      return false
    }
  }

  async #ask(path: string, init: RequestInit, timeoutMs: number): Promise<{ status: number; text: string }> {
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (this.#signal.aborted) abort()
    this.#signal.addEventListener('abort', abort, { once: true })
    const timer = setTimeout(abort, timeoutMs)
    try {
      const { url, document } = this.#address
      const response = await this.#fetch(`${url}/documents/${document}/${path}`, {
        ...init,
        signal: controller.signal,
      })
      // The body is read under the same limit.
      return { status: response.status, text: await response.text() }
    } finally {
      clearTimeout(timer)
      this.#signal.removeEventListener('abort', abort)
    }
  }
}
