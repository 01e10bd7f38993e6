import { type App, type AppWorld, createApp } from '../../../services/app/app.ts'
import { type AppConfig, defaultAppConfig } from '../../../services/app/app-config.ts'
import type { Role } from '../../../services/app/role.ts'
import { feed } from '../../../services/app/roles/feed.ts'
import type { Directory } from '../../../services/common/discovery.ts'
import { Health } from '../../../services/common/health.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { mitigations } from '../../../services/common/mitigations.ts'

export const authUrl = 'http://auth.test'
export const clientSecret = 'a secret: of the app'
export const secret = new Uint8Array(32).fill(7)

/** The architectures as far as an app can tell them apart. */
export const architectures = { 'shared-fate': [], hardened: mitigations } as const satisfies Record<
  string,
  readonly Mitigation[]
>
export type ArchitectureName = keyof typeof architectures

/** Without cells, auth is at `authUrl`; with them, that of a cell at `http://auth-<cell>.test`. */
export function directoryOf(...cells: string[]): Directory {
  const known = new Set(cells.length === 0 ? ['auth'] : cells.map(cell => `auth@${cell}`))
  return {
    endpointsOf: service => (known.has(service) ? [`http://${service.replace('@', '-')}.test`] : []),
    cells: () => cells,
  }
}

export interface AppParts extends Partial<Omit<AppWorld, 'config' | 'mitigations'>> {
  config?: Partial<AppConfig>
  role?: Role
}

/** An app, in the role `feed` if nothing else is said, with short timeouts so that silence is soon told. */
export function appWith(names: readonly Mitigation[], { config, ...parts }: AppParts = {}): App {
  const current = { ...defaultAppConfig, checkTimeoutMs: 60, signInTimeoutMs: 60, ...config }
  return createApp({
    role: feed,
    fetch,
    directory: directoryOf(),
    clientSecret,
    secret,
    health: new Health(),
    log: () => {},
    ...parts,
    config: () => current,
    mitigations: new Set(names),
  })
}

/** Resolves once `until` gives something, and fails when that takes too long. */
export async function eventually<T>(until: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 5_000
  while (Date.now() < deadline) {
    const value = await until()
    if (value !== undefined) return value
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  throw new Error('waited for 5 s in vain')
}

export function page(cookie?: string): Request {
  return new Request('http://feed.test/', {
    headers: cookie === undefined ? {} : { cookie: `sid=${cookie}` },
  })
}

export function signInForm(fields: Record<string, string> = { username: 'ada', password: 'right' }): Request {
  return new Request('http://feed.test/sign-in', { method: 'POST', body: new URLSearchParams(fields) })
}

export function content(token?: string): Request {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Request('http://feed.test/api/content', { headers })
}

export function json(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(`http://feed.test${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Whether an answer takes the web credential away. */
export function clearsCookie(response: Response): boolean {
  return response.headers.getSetCookie().some(line => /^sid=;.*Max-Age=0/i.test(line))
}
