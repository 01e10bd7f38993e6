/**
 * A service's view of its configuration document: watches the config service, takes up each new version, and says
 * back which version it runs (or why it refused one).
 *
 * `config-validation`: a version must fit the schema and pass the service's own self-test, or the last known good one
 * stays; the last known good one is kept on disk and is what a restart begins with while the config service is away.
 * Without it a version is taken as it comes, as long as it is a JSON object.
 */
import { z } from 'zod'
import type { LastKnownGood } from './last-known-good.ts'
import type { Log } from './log.ts'
import type { Mitigations } from './mitigations.ts'

export type SelfTest<T> = (candidate: T) => Promise<{ ok: true } | { ok: false; reason: string }>

export interface ConfigClientOptions<T extends object> {
  /** Base address of the config service; undefined for a service that has none and lives on its defaults. */
  url: string | undefined
  /** The document to watch. */
  document: string
  /** This process's name, for the acknowledgement. */
  client: string
  schema: z.ZodType<T>
  defaults: T
  selfTest?: SelfTest<T>
  lastKnownGood?: LastKnownGood
  fetch: typeof fetch
  log: Log
  mitigations: Mitigations
}

export interface ConfigClient<T> {
  current(): T
  /** Version in use; 0 before the first. */
  version(): number
  /** Starts watching. Resolves after the first attempt to fetch the document, whether it came or not. */
  start(): Promise<void>
  stop(): void
}

const watched = z.object({ version: z.number().int(), value: z.unknown() })
const pollTimeoutMs = 10_000
const firstFetchTimeoutMs = 2_000
const retryMs = 200

export function createConfigClient<T extends object>(options: ConfigClientOptions<T>): ConfigClient<T> {
  const { url, document, client, schema, defaults, log } = options
  const validated = options.mitigations.has('config-validation')
  let value = defaults
  let version = 0
  /** The newest version seen, taken up or refused: what to watch from. */
  let seen = 0
  let stopped: AbortController | undefined

  async function get(path: string, timeoutMs: number): Promise<Response> {
    const controller = new AbortController()
    const abort = () => controller.abort()
    stopped?.signal.addEventListener('abort', abort, { once: true })
    const timer = setTimeout(abort, timeoutMs)
    try {
      const response = await options.fetch(`${url}${path}`, { signal: controller.signal })
      // The body is read under the same limit.
      return new Response(response.status === 204 ? null : await response.text(), { status: response.status })
    } finally {
      clearTimeout(timer)
      stopped?.signal.removeEventListener('abort', abort)
    }
  }

  async function consider(candidate: unknown): Promise<{ value: T } | { refused: string }> {
    if (!validated) {
      const isObject = typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate)
      return isObject ? { value: { ...defaults, ...candidate } } : { refused: 'not a JSON object' }
    }
    const parsed = schema.safeParse(candidate)
    if (!parsed.success) return { refused: z.prettifyError(parsed.error) }
    const test = (await options.selfTest?.(parsed.data)) ?? { ok: true }
    return test.ok ? { value: parsed.data } : { refused: test.reason }
  }

  async function take(next: { version: number; value?: unknown }): Promise<void> {
    const verdict = await consider(next.value)
    seen = next.version
    if ('value' in verdict) {
      value = verdict.value
      version = next.version
      log('config-applied', { document, version })
      if (validated) await options.lastKnownGood?.save({ version, value })
    } else {
      log('config-refused', { document, version: next.version, reason: verdict.refused })
    }
    await acknowledge(next.version, verdict)
  }

  async function acknowledge(about: number, verdict: { value: T } | { refused: string }): Promise<void> {
    const refused = 'refused' in verdict ? { reason: verdict.refused } : {}
    const body = { client, version: about, status: 'value' in verdict ? 'applied' : 'refused', ...refused }
    await options.fetch(`${url}/documents/${document}/acknowledgements`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  async function watch(): Promise<void> {
    while (stopped && !stopped.signal.aborted) {
      try {
        const response = await get(
          `/documents/${document}/watch?after=${seen}&client=${client}`,
          pollTimeoutMs,
        )
        if (response.status === 200) await take(watched.parse(await response.json()))
        else if (response.status !== 204) throw new Error(`config service answered ${response.status}`)
      } catch (error) {
        if (stopped.signal.aborted) return
        log('config-watch-failed', { document, reason: String(error) })
        await new Promise(resolve => setTimeout(resolve, retryMs * (0.5 + Math.random())))
      }
    }
  }

  return {
    current: () => value,
    version: () => version,
    async start() {
      if (url === undefined) return
      stopped = new AbortController()
      try {
        const response = await get(`/documents/${document}`, firstFetchTimeoutMs)
        if (response.status !== 200) throw new Error(`config service answered ${response.status}`)
        await take(watched.parse(await response.json()))
      } catch (error) {
        log('config-not-reached', { document, reason: String(error) })
        const kept = validated ? await options.lastKnownGood?.load() : undefined
        const parsed = schema.safeParse(kept?.value)
        if (kept && parsed.success) {
          value = parsed.data
          version = kept.version
        }
      }
      void watch()
    },
    stop: () => stopped?.abort(),
  }
}
