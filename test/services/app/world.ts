import { type App, createApp } from '../../../services/app/app.ts'
import { type AppConfig, defaultAppConfig } from '../../../services/app/app-config.ts'
import { feed } from '../../../services/app/roles/feed.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { mitigations } from '../../../services/common/mitigations.ts'

export const authUrl = 'http://auth.test'

/** The architectures as far as an app can tell them apart. */
export const architectures = { 'shared-fate': [], hardened: mitigations } as const satisfies Record<
  string,
  readonly Mitigation[]
>
export type ArchitectureName = keyof typeof architectures

/** An app in the role `feed`, with short timeouts so that silence is told from an answer within a test. */
export function appWith(names: readonly Mitigation[], config: Partial<AppConfig> = {}): App {
  const current = { ...defaultAppConfig, checkTimeoutMs: 60, signInTimeoutMs: 60, ...config }
  return createApp({
    role: feed,
    fetch,
    authUrl,
    config: () => current,
    mitigations: new Set(names),
    log: () => {},
  })
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

export function json(path: string, body: unknown): Request {
  return new Request(`http://feed.test${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Whether an answer takes the web credential away. */
export function clearsCookie(response: Response): boolean {
  return response.headers.getSetCookie().some(line => /^sid=;.*Max-Age=0/i.test(line))
}
