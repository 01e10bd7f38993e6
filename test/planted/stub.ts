/**
 * A stack in one small server, which does to each app exactly what it is told, on the run's clock, and keeps its own books
 * of it: the truth that the measurement is held against.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CrowdStack } from '../../harness/crowd/operator.ts'
import { family } from '../../harness/stack/topology.ts'

export interface Visit {
  app: string
  what: 'browse' | 'sign-in'
  /** When it arrived, ms on the run's clock. */
  at: number
  username: string
  /** Whether the session was revoked by the operator before. */
  revoked: boolean
}

/** What becomes of a visit. Left out: it is served. */
export type Fate =
  | 'served'
  | 'error'
  | 'sign-out'
  | 'wrong-password'
  | 'cut'
  /** Served, so long after it arrived, ms. */
  | { afterMs: number }

export interface Planted {
  visit: Visit
  fate: Fate
}

export class Stub implements AsyncDisposable {
  /** Everything that came, in order, and what was done. */
  readonly books: Planted[] = []
  /** Decides; asked once for each visit. */
  fateOf: (visit: Visit) => Fate = () => 'served'
  now: () => number = () => Number.NEGATIVE_INFINITY
  readonly #passwords = new Map<string, string>()
  readonly #sessions = new Map<string, { username: string; revoked: boolean }>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #door = ''

  static async start(): Promise<Stub> {
    const stub = new Stub()
    stub.#server.keepAliveTimeout = 60_000
    await new Promise<void>(resolve => stub.#server.listen(0, '127.0.0.1', resolve))
    const address = stub.#server.address()
    if (typeof address === 'object' && address) stub.#door = `http://127.0.0.1:${address.port}`
    return stub
  }

  /** As the crowd sees it. */
  get stack(): CrowdStack {
    const door = this.#door
    const doors = Object.fromEntries(family.doors.filter(name => name !== 'status').map(name => [name, door]))
    return {
      doors,
      control: { 'auth-1': door, 'rival-auth': door },
      topology: family,
      adminToken: 'operator',
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const path = request.url ?? '/'
    if (path === '/admin/users') return this.#addUsers(body, response)
    if (path === '/revoke') {
      const session = this.#sessions.get(new URLSearchParams(body).get('token') ?? '')
      if (session) session.revoked = true
      return end(response, 200)
    }
    const sid = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
    if (path === '/sign-out') {
      this.#sessions.delete(sid)
      return end(response, 303, { location: '/sign-in', 'set-cookie': 'sid=; Max-Age=0' })
    }
    const app = (request.headers.host ?? '').split('.')[0] ?? ''
    const form = new URLSearchParams(body)
    const session = this.#sessions.get(sid)
    const visit: Visit = {
      app,
      what: path === '/sign-in' ? 'sign-in' : 'browse',
      at: this.now(),
      username: session?.username ?? form.get('username') ?? '',
      revoked: session?.revoked ?? false,
    }
    const fate = this.fateOf(visit)
    this.books.push({ visit, fate })
    if (typeof fate === 'object') await sleep(fate.afterMs)
    if (fate === 'cut') return void request.socket.destroy()
    if (fate === 'error') return end(response, 500)
    if (visit.what === 'sign-in') return this.#signIn(fate, form, response)
    if (session === undefined || fate === 'sign-out') {
      this.#sessions.delete(sid)
      return end(response, 303, { location: '/sign-in?why=session-expired', 'set-cookie': 'sid=; Max-Age=0' })
    }
    return end(response, 200)
  }

  #signIn(fate: Fate, form: URLSearchParams, response: ServerResponse): void {
    const username = form.get('username') ?? ''
    const isRight = this.#passwords.get(username) === form.get('password')
    if (fate === 'wrong-password' || !isRight) {
      end(response, 401, {}, '<p data-notice="wrong-password"></p>')
      return
    }
    const sid = randomUUID()
    this.#sessions.set(sid, { username, revoked: false })
    end(response, 303, { location: '/', 'set-cookie': `sid=${sid}; Path=/` })
  }

  #addUsers(body: string, response: ServerResponse): void {
    const { password, users } = JSON.parse(body) as {
      password: string
      users: { prefix: string; count: number }[]
    }
    for (const { prefix, count } of users)
      for (let index = 0; index < count; index += 1) this.#passwords.set(`${prefix}${index}`, password)
    end(response, 200, { 'content-type': 'application/json' }, '{}')
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  try {
    for await (const chunk of request) body += String(chunk)
  } catch {
    // Whoever asked has gone.
  }
  return body
}

function end(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = 'a page',
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}
