import { Hono } from 'hono'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import type { AuthClient } from '../../../services/app/auth-client.ts'
import type { Admission } from '../../../services/app/guard.ts'
import type { Role } from '../../../services/app/role.ts'
import { feed } from '../../../services/app/roles/feed.ts'
import type { Entry } from '../../../services/app/sign-in-queue.ts'
import { createWeb } from '../../../services/app/web.ts'
import { Health } from '../../../services/common/health.ts'

export const identity = { subject: 'u1', session: 's1', username: 'ada', expiresAt: Date.now() + 60_000 }

/** The web surface of an app whose auth, guard and queue say what a test tells them to. */
export function webWith({ role = feed }: { role?: Role } = {}) {
  const told = {
    admission: { kind: 'valid', identity } as Admission,
    signIn: {
      kind: 'valid',
      value: { session: 'new', expiresAt: Date.now() + 60_000, subject: 'u1' },
    } as Awaited<ReturnType<AuthClient['signIn']>>,
    entry: { kind: 'go' } as Entry,
  }
  const asked = {
    sessions: [] as string[],
    signIns: [] as unknown[][],
    /** The regions whose queue was asked for. */
    queues: [] as (string | undefined)[],
    tickets: [] as (string | undefined)[],
    done: [] as unknown[][],
    revoked: [] as string[],
    forgotten: [] as string[],
  }
  const not = () => Promise.reject(new Error('the web surface does not ask this'))
  const health = new Health()
  const web = createWeb({
    role,
    health,
    config: () => defaultAppConfig,
    log: () => {},
    auth: {
      introspect: not,
      signInMobile: not,
      refresh: not,
      clientCredentials: not,
      async signIn(...parts) {
        asked.signIns.push(parts)
        return told.signIn
      },
      async revoke(credential) {
        asked.revoked.push(credential)
        return true
      },
    },
    guard: {
      token: not,
      device: not,
      async session(id) {
        asked.sessions.push(id)
        return told.admission
      },
      forget: credential => void asked.forgotten.push(credential),
    },
    queueFor: origin => {
      asked.queues.push(origin.region)
      return {
        enter(ticket) {
          asked.tickets.push(ticket)
          return told.entry
        },
        done: (...parts) => void asked.done.push(parts),
      }
    },
  })
  const app = new Hono().route('/', web)
  return {
    told,
    asked,
    health,
    request: (path: string, init?: RequestInit) => app.request(`http://feed.test${path}`, init),
  }
}

export function get(cookie?: string): RequestInit {
  return { headers: cookie === undefined ? {} : { cookie } }
}

/** A form as a browser sends it. */
export function form(fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers, body: new URLSearchParams(fields) }
}

export const right = { username: 'ada', password: 'right' }

export async function noticeOf(response: Response | string): Promise<string | undefined> {
  const body = typeof response === 'string' ? response : await response.clone().text()
  return /data-notice="([a-z-]+)"/.exec(body)?.[1]
}

export function cookiesOf(response: Response): string[] {
  return response.headers.getSetCookie()
}
