/** A whole stack with accounts in it, how bad input is sent to it, and how it is seen to have come through. */
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { createDemoAccounts, type DemoAccounts } from '../../harness/cli/demo-accounts.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { Ledger } from '../../harness/stack/ledger.ts'
import { startOf } from '../../harness/stack/process-identity.ts'
import { type Stack, startStack } from '../../harness/stack/stack.ts'
import { basicHeader } from '../../services/common/bearer.ts'

export const webApps = ['feed', 'messenger', 'photos', 'chat', 'ads', 'rival'] as const
export const phoneApps = ['feed', 'messenger', 'photos'] as const
export const apiApps = ['messenger-api', 'business-api'] as const
export const auths = ['auth-1', 'rival-auth'] as const

export interface Sent {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer | Readable
  /** Over a connection of its own. */
  alone?: boolean
}

/** Status 0: the connection ended without an answer, `text` says how. */
export interface Answered {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  text: string
}

export interface BadInputWorld {
  stack: Stack
  accounts: DemoAccounts
  /** The session cookie of a user of each web app. */
  cookies: Record<string, string>
  /** A system token of each API. */
  systemTokens: Record<string, string>
  /** Sends to an app through the edge of `us`, and to everything else at its own door or control link. */
  send(to: string, sent: Sent): Promise<Answered>
  /** Writes bytes to where `send` would send; resolves to all that comes back until the end, or until it is quiet. */
  sendRaw(to: string, bytes: string): Promise<string>
  /** Signs in at a web app: the cookie. Rejects unless that works and the home page is served. */
  signIn(app: string): Promise<string>
  /** Lines with the event `unhandled`, and lines that are no event at all, of all services since the start. */
  complaints(): string[]
  /** Each process of the stack, by number and start. */
  processes(): string[]
  /** What each service that listens answers at /healthz, asked past all links. */
  health(): Promise<Record<string, number>>
  stop(): Promise<void>
}

/** Who a user is said to be by the one in front: limits count by address, and this is about none of them. */
let lastAddress = 0
export function anotherAddress(): string {
  lastAddress += 1
  return `203.0.${Math.trunc(lastAddress / 250) % 250}.${(lastAddress % 250) + 1}`
}

const quietMs = 400

export async function startBadInputWorld(): Promise<BadInputWorld> {
  const stack = await startStack({ runtime: 'processes', architecture: architectureOf('hardened') })
  const agent = new Agent({ headersTimeout: 9_000, bodyTimeout: 9_000 })
  const ports = portsIn(stack.logs())
  const watch = watchLogs(stack)
  try {
    const accounts = await createDemoAccounts(stack)
    const send = (to: string, sent: Sent) => exchange(agent, placeOf(stack, to), sent)
    const signIn = (app: string) => signInAt(app, accounts, send)
    const cookies: Record<string, string> = {}
    for (const app of webApps) cookies[app] = await signIn(app)
    const systemTokens: Record<string, string> = {}
    for (const app of apiApps) systemTokens[app] = await systemTokenOf(app, accounts, send)
    return {
      stack,
      accounts,
      cookies,
      systemTokens,
      send,
      signIn,
      sendRaw: (to, bytes) => exchangeRaw(placeOf(stack, to), bytes),
      complaints: watch.complaints,
      processes: () => processesOf(stack),
      health: () => healthOf(agent, ports),
      async stop() {
        watch.end()
        await agent.close()
        await stack.stop()
      },
    }
  } catch (error) {
    watch.end()
    await stack.stop()
    throw error
  }
}

interface Place {
  origin: string
  /** Undefined where the address itself says it. */
  host: string | undefined
}

/** Nobody serves it: for what the edge itself says. */
export const nobodysHost = 'nobody'

function placeOf({ doors, control }: Stack, to: string): Place {
  const own = doors[to] ?? control[to]
  if (own !== undefined) return { origin: own, host: undefined }
  return { origin: doors['edge-us'] ?? '', host: `${to}.us.localhost` }
}

async function exchange(shared: Agent, { origin, host }: Place, sent: Sent): Promise<Answered> {
  const { method, path, body = null, alone = false } = sent
  const headers = {
    ...(host === undefined ? {} : { host }),
    'x-forwarded-for': anotherAddress(),
    ...sent.headers,
  }
  const agent = alone ? new Agent() : shared
  try {
    const options = { origin, path, method: method as Dispatcher.HttpMethod, headers, body }
    const answer = await agent.request(options)
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  } catch (error) {
    return { status: 0, headers: {}, text: String(error) }
  } finally {
    if (alone) await agent.destroy()
  }
}

function exchangeRaw({ origin, host }: Place, bytes: string): Promise<string> {
  const { hostname, port, host: own } = new URL(origin)
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  const socket = connect({ host: hostname, port: Number(port) })
  const end = () => {
    socket.destroy()
    resolve(answer)
  }
  socket.setEncoding('latin1').setTimeout(quietMs, end)
  socket.on('data', chunk => {
    answer += chunk
  })
  socket.on('close', end).on('error', end)
  socket.write(bytes.replaceAll('{host}', host ?? own), 'latin1')
  return promise
}

async function signInAt(
  app: string,
  { users, password }: DemoAccounts,
  send: BadInputWorld['send'],
): Promise<string> {
  const username = users.find(user => user.app === app)?.username ?? ''
  const signedIn = await send(app, {
    method: 'POST',
    path: '/sign-in',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username, password }).toString(),
  })
  const cookie = /^sid=[^;]+/.exec([signedIn.headers['set-cookie'] ?? ''].flat().join('\n'))?.[0]
  if (cookie === undefined) throw new Error(`${app} answered ${signedIn.status} to a good sign-in`)
  const home = await send(app, { method: 'GET', path: '/', headers: { cookie } })
  if (home.status !== 200) throw new Error(`${app} answered ${home.status} to one who is signed in`)
  return cookie
}

async function systemTokenOf(
  app: string,
  { clients }: DemoAccounts,
  send: BadInputWorld['send'],
): Promise<string> {
  const client = clients.find(each => each.app === app)
  if (!client) throw new Error(`no client of ${app}`)
  const { status, text } = await send(app, {
    method: 'POST',
    path: '/oauth/token',
    headers: {
      authorization: basicHeader(client),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
  if (status !== 200) throw new Error(`${app} answered ${status} to a good client`)
  return (JSON.parse(text) as { access_token: string }).access_token
}

/** Only the last lines are kept, so they are looked at all the time. */
function watchLogs(stack: Stack): { complaints(): string[]; end(): void } {
  const found = new Set<string>()
  const look = () => {
    // What PostgreSQL writes is not the family's.
    for (const [service, lines] of Object.entries(stack.logs()))
      if (!service.endsWith('sessions'))
        for (const line of lines) if (isComplaint(line)) found.add(`${service}: ${line}`)
  }
  const timer = setInterval(look, 200)
  return {
    complaints() {
      look()
      return [...found]
    },
    end: () => clearInterval(timer),
  }
}

function isComplaint(line: string): boolean {
  try {
    const { event } = JSON.parse(line) as { event?: unknown }
    return typeof event !== 'string' || event === 'unhandled'
  } catch {
    return true
  }
}

function portsIn(logs: Record<string, string[]>): Record<string, number> {
  const ports = Object.entries(logs).flatMap(([service, lines]) => {
    const port = lines.map(line => /"event":"listening".*"port":(\d+)/.exec(line)?.[1]).find(Boolean)
    return port === undefined || service === 'proxy' ? [] : [[service, Number(port)] as const]
  })
  return Object.fromEntries(ports)
}

function processesOf({ id }: Stack): string[] {
  return new Ledger(id).entries().flatMap(entry => {
    if (entry.kind !== 'process') return []
    const { service, pid, start } = entry
    return startOf(pid) === start ? [`${service} ${pid} ${start}`] : [`${service} ${pid} is gone`]
  })
}

async function healthOf(agent: Agent, ports: Record<string, number>): Promise<Record<string, number>> {
  const answers = Object.entries(ports).map(async ([service, port]) => {
    const place = { origin: `http://127.0.0.1:${port}`, host: undefined }
    return [service, (await exchange(agent, place, { method: 'GET', path: '/healthz' })).status] as const
  })
  return Object.fromEntries(await Promise.all(answers))
}
