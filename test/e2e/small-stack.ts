/** A small family, and eyes on it that know nothing of how faults are made: raw sockets, a browser, the kernel. */
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { HttpClient } from '../../harness/crowd/http.ts'
import { createAccounts, type Member, memberOf } from '../../harness/crowd/operator.ts'
import type { Group } from '../../harness/crowd/population.ts'
import { WebClient } from '../../harness/crowd/web-client.ts'
import type { Need } from '../../harness/faults/fault.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { controlFetch } from '../../harness/stack/control-fetch.ts'
import type { RealRuntime } from '../../harness/stack/driver.ts'
import { stackVariable } from '../../harness/stack/ledger.ts'
import { type Stack, startStack } from '../../harness/stack/stack.ts'
import type { Topology } from '../../harness/stack/topology.ts'
import { runInside } from './containers-support.ts'

const auths = ['auth-1', 'auth-2']

/** An app with pages, an app for systems, their auth of two, and a door. */
export const smallTopology: Topology = {
  services: [
    { name: 'sessions', role: 'sessions', program: 'postgres', calls: [] },
    { name: 'config', role: 'config', program: 'config', calls: [] },
    ...auths.map(name => ({ name, role: 'auth', program: 'auth', calls: ['sessions', 'config'] }) as const),
    { name: 'feed', role: 'feed', program: 'app', calls: [...auths, 'config'] },
    { name: 'messenger-api', role: 'messenger-api', program: 'app', calls: [...auths, 'config'] },
    {
      name: 'edge-us',
      role: 'edge',
      program: 'edge',
      region: 'us',
      calls: ['feed', 'messenger-api', 'config'],
    },
  ],
  doors: ['edge-us'],
  control: ['config', ...auths, 'sessions'],
  cells: [],
}

const home = { region: 'us', door: 'edge-us' } as const
const host = 'feed.us.localhost'
const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [home],
  residents: 1,
  browseEveryMs: 1_000,
  newcomersPerSecond: 0,
  revoked: 0,
}
const patienceMs = 2_500

/** What one request on a connection of its own came to. */
export interface PageSeen {
  /** `status 200`, or how it failed: `no answer`, `cut`, or the code of the error. */
  came: string
  body: string
  /** Until its end, ms. */
  tookMs: number
  /** How many pieces the body came in. */
  pieces: number
}

export class SmallStack implements AsyncDisposable {
  readonly stack: Stack
  readonly #http = new HttpClient({ deadlineMs: patienceMs })
  readonly #account: ReturnType<Awaited<ReturnType<typeof createAccounts>>>

  private constructor(stack: Stack, account: SmallStack['account']) {
    this.stack = stack
    this.#account = account
  }

  static async start(
    runtime: RealRuntime,
    { architecture = 'shared-fate', features = [] as Need[] } = {},
  ): Promise<SmallStack> {
    const stack = await startStack({
      runtime,
      topology: smallTopology,
      architecture: architectureOf(architecture),
      features,
    })
    try {
      const member: Member = memberOf(group, 'resident', 0)
      return new SmallStack(stack, (await createAccounts(stack, 'small', [group]))(member))
    } catch (error) {
      await stack.stop()
      throw error
    }
  }

  get account() {
    return this.#account
  }

  get door(): string {
    return this.stack.doors['edge-us'] ?? ''
  }

  /** A browser that has never been here. */
  browser(): WebClient {
    return new WebClient({
      http: this.#http,
      place: { door: this.door, host, address: '10.1.1.1' },
      account: this.#account,
    })
  }

  /** What becomes of a new sign-in, and how long it takes, ms. */
  async signIn(): Promise<{ result: string; tookMs: number }> {
    const began = performance.now()
    const { result } = await this.browser().signIn()
    return { result, tookMs: performance.now() - began }
  }

  /** A page that needs no session, on a connection of its own. */
  page(): Promise<PageSeen> {
    const began = performance.now()
    const seen: PageSeen = { came: 'no answer', body: '', tookMs: 0, pieces: 0 }
    return new Promise(resolve => {
      const end = (came: string) => {
        clearTimeout(timer)
        asked.destroy()
        resolve({ ...seen, came, tookMs: seen.tookMs || performance.now() - began })
      }
      const asked = request(
        new URL('/sign-in', this.door),
        { agent: false, headers: { host, connection: 'close' } },
        answer => {
          answer.setEncoding('latin1')
          answer.on('data', (piece: string) => {
            seen.pieces += 1
            seen.body += piece
          })
          answer.once('aborted', () => end('cut'))
          answer.once('end', () => {
            seen.tookMs = performance.now() - began
            end(answer.complete ? `status ${answer.statusCode}` : 'cut')
          })
        },
      )
      asked.once('error', (error: NodeJS.ErrnoException) => end(seen.pieces > 0 ? 'cut' : `${error.code}`))
      const timer = setTimeout(() => end('no answer'), patienceMs)
      asked.end()
    })
  }

  /** From the last of an answer until the door closes the connection, as it was asked to, ms. */
  closedAfterMs(): Promise<number> {
    const { hostname, port } = new URL(this.door)
    return new Promise((resolve, reject) => {
      let lastMs = Number.NaN
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      )
      socket.on('data', () => {
        lastMs = performance.now()
      })
      socket.once('error', reject)
      socket.once('end', () => {
        socket.destroy()
        resolve(performance.now() - lastMs)
      })
    })
  }

  /** What a service answers to its operator. */
  async ask(service: string, path: string): Promise<{ status: number; date: string; body: unknown }> {
    const response = await controlFetch(`${this.stack.control[service]}${path}`, {
      headers: { authorization: `Bearer ${this.stack.adminToken}` },
    })
    const text = await response.text()
    return {
      status: response.status,
      date: response.headers.get('date') ?? '',
      body: response.ok ? JSON.parse(text) : text,
    }
  }

  /** The names of the keys that the app is given to check tokens with, over its own link. */
  async keysSeenByFeed(): Promise<string[]> {
    const port = this.stack.proxy.listenOf('feed-to-auth-1').split(':').at(-1)
    if (this.stack.runtime === 'containers') {
      const script = `const { keys } = await (await fetch('http://proxy:${port}/jwks')).json()
        console.log(JSON.stringify(keys.map(({ kid }) => kid)))`
      return JSON.parse(await runInside(this.stack.id, 'feed', script))
    }
    const response = await fetch(`http://127.0.0.1:${port}/jwks`)
    return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  }

  /** The same as auth itself publishes them. */
  async keysPublished(): Promise<string[]> {
    const { body } = await this.ask('auth-1', '/jwks')
    return (body as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
  }

  /** Requests that have come to all auths, by their own count. */
  async requestsAtAuth(): Promise<number> {
    const counts = auths.map(async name => {
      const { body } = await this.ask(name, '/admin/requests')
      return (body as { requests: number }).requests
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  /** The environment of a service's process, and what tells that process from any other. */
  async processOf(service: string): Promise<{ environment: string[]; identity: string }> {
    if (this.stack.runtime === 'processes') return processNamed(this.stack.id, service)
    const { openEngine } = await import('../../harness/stack/containers/engine.ts')
    const seen = await (await openEngine()).getContainer(`firebreak-${this.stack.id}-${service}`).inspect()
    return { environment: seen.Config.Env ?? [], identity: `${seen.Id} ${seen.State.StartedAt}` }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]()
    await this.stack.stop()
  }
}

function processNamed(stack: string, service: string): { environment: string[]; identity: string } {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      if (environment.includes(`${stackVariable}=${stack}`) && environment.includes(`NAME=${service}`))
        return { environment, identity: `process ${pid}` }
    } catch {
      // It has just ended.
    }
  }
  return { environment: [], identity: 'none' }
}
