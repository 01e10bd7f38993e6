/** A config service, its operator and its clients, joined by a fetch that never opens a socket. */

import { z } from 'zod'
import {
  type ConfigClient,
  type ConfigClientOptions,
  createConfigClient,
} from '../../../services/common/config-client.ts'
import { Health } from '../../../services/common/health.ts'
import type { LastKnownGood } from '../../../services/common/last-known-good.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { type ConfigService, type ConfigWorld, createConfig } from '../../../services/config/config.ts'

export const adminToken = 'an-operator-of-the-miniature'
export const schema = z.object({ issuer: z.url(), timeoutMs: z.number().int().positive() })
export type Settings = z.output<typeof schema>
export const defaults: Settings = { issuer: 'https://default.test', timeoutMs: 1 }
export const first: Settings = { issuer: 'https://first.test', timeoutMs: 10 }
export const second: Settings = { issuer: 'https://second.test', timeoutMs: 20 }

export function startConfig(world: Partial<ConfigWorld> & { staged?: boolean } = {}): ConfigService {
  const { staged = false, ...rest } = world
  return createConfig({
    documents: { app: first },
    adminToken,
    log: () => {},
    watchMs: 1_000,
    mitigations: new Set(staged ? (['staged-config-rollout'] as const) : []),
    ...rest,
  })
}

export function post(body: unknown, token: string | null = adminToken): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

/** A service and what is asked of it; the service can be away, or be replaced by another. */
export class World {
  service: ConfigService
  isAway = false
  /** Paths asked for, without the address. */
  asked: string[] = []
  readonly #clients: ConfigClient<Settings>[] = []

  constructor(service: ConfigService = startConfig()) {
    this.service = service
  }

  fetch = (async (input: unknown, init?: RequestInit) => {
    this.asked.push(String(input).replace('http://config.test', ''))
    if (this.isAway) throw new TypeError('fetch failed')
    return this.service.request(String(input), init)
  }) as typeof fetch

  client(
    name: string,
    options: Partial<Omit<ConfigClientOptions<Settings>, 'mitigations'>> & {
      mitigations?: Mitigation[]
    } = {},
  ) {
    const { mitigations = [], ...rest } = options
    const client = createConfigClient<Settings>({
      url: 'http://config.test',
      document: 'app',
      client: name,
      schema,
      defaults,
      fetch: this.fetch,
      log: () => {},
      health: new Health(),
      mitigations: new Set(mitigations),
      ...rest,
    })
    this.#clients.push(client)
    return client
  }

  async operator(body: unknown, path = ''): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await this.service.request(`http://config.test/documents/app${path}`, post(body))
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async read(path = '', document = 'app'): Promise<Record<string, unknown>> {
    const response = await this.service.request(`http://config.test/documents/${document}${path}`)
    return (await response.json()) as Record<string, unknown>
  }

  async acknowledged(): Promise<{ client: string; version: number; status: string; reason?: string }[]> {
    const { acknowledgements } = await this.read('/acknowledgements')
    return acknowledgements as Awaited<ReturnType<World['acknowledged']>>
  }

  stop(): void {
    for (const client of this.#clients) client.stop()
    this.service.stop()
  }
}

export function memoryLastKnownGood(): LastKnownGood & { kept: () => unknown } {
  let kept: { version: number; value?: unknown } | undefined
  return {
    load: async () => kept,
    save: async next => {
      kept = next
    },
    kept: () => kept,
  }
}
