/** What the witness looks at in tests: an app that plays every answer, and the real one with the real auth behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBrowser } from '../../../harness/witness/find-browser.ts'
import { Witness, type WitnessOptions } from '../../../harness/witness/witness.ts'
import {
  errorPage,
  homePage,
  keptPlacePage,
  queuedPage,
  signInPage,
  tryLaterPage,
} from '../../../services/app/pages/index.ts'
import type { Role } from '../../../services/app/role.ts'
import { roles } from '../../../services/app/roles/index.ts'
import { createAuth } from '../../../services/auth/auth.ts'
import { defaultAuthConfig } from '../../../services/auth/config.ts'
import { Health } from '../../../services/common/health.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { appWith, clientSecret } from '../../services/app/world.ts'
import { createMemoryStore } from '../../services/auth/store-memory.ts'
import { startApp } from '../crowd/support.ts'

export const browser = findBrowser(
  process.env.FIREBREAK_BROWSER === 'none' ? '' : process.env.FIREBREAK_BROWSER,
)
if (!browser.ok) console.warn(`SKIPPED: the witness, because ${browser.why}`)

const role = roles.feed as Role
const password = 'correct horse battery staple'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** The pages of the real app, each as an answer. */
async function answers() {
  const page = async (status: number, body: unknown): Promise<Answer> => {
    const html = String(await body)
    return (_, response) => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
      response.end(html)
    }
  }
  const readOnly = { username: 'ann', readOnly: true, own: [] }
  return {
    home: await page(200, homePage(role, { ...readOnly, readOnly: false })),
    readOnly: await page(200, homePage(role, readOnly)),
    form: await page(200, signInPage(role)),
    signedOut: await page(200, signInPage(role, 'signed-out')),
    expired: await page(200, signInPage(role, 'session-expired')),
    keptPlace: await page(200, keptPlacePage(role)),
    refuses: await page(401, signInPage(role, 'wrong-password', 'ann')),
    busy: await page(503, signInPage(role, 'try-later', 'ann')),
    queued: await page(503, queuedPage(role, { position: 3, retryAfterS: 2 }, 'ann')),
    later: await page(503, tryLaterPage(role)),
    error: await page(500, errorPage(role)),
    unlabelled: await page(200, '<p role="alert" data-notice="session-expired">…</p><input type="password">'),
    blank: await page(200, ''),
    letsIn: (_, response) => response.writeHead(303, { location: '/home', 'set-cookie': 'sid=1' }).end(),
    json: (_, response) => response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":1}'),
    download: (_, response) => response.writeHead(200, { 'content-type': 'application/zip' }).end('PK'),
    silent: () => {},
    halfSilent: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write('<!doctype html><title>Half</title><p>Half of it')
    },
    reset: request => request.socket.resetAndDestroy(),
    cutInHead: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '1000' })
      response.write('<!doctype html><html><head><title>Half', () => response.destroy())
    },
  } satisfies Record<string, Answer>
}

export type AnswerName = keyof Awaited<ReturnType<typeof answers>>

/** An app whose page and sign-in can be changed at any time. */
export async function startScripted() {
  const pages = await answers()
  const app: { look: AnswerName; signIn: AnswerName } = { look: 'home', signIn: 'letsIn' }
  const server = createServer((request, response) => {
    if (request.url === '/home') return void pages.home(request, response)
    const answer: Answer = pages[request.method === 'POST' ? app.signIn : app.look]
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const stop = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { app, port, stop, [Symbol.asyncDispose]: stop }
}

/** How auth, as the app sees it, is doing. */
export type AuthState = 'up' | 'away' | 'broken'

/** A real app, with real auth in this process behind it, whose answers to the app can be taken away. */
export async function startFamilyApp(name: string, mitigations: readonly Mitigation[]) {
  const auth = createAuth({
    store: createMemoryStore(),
    config: () => defaultAuthConfig,
    adminToken: 'operator',
    clients: { [name]: clientSecret },
    cell: undefined,
    mitigations: new Set(mitigations),
    health: new Health(),
    log: () => {},
  })
  const state = { auth: 'up' as AuthState }
  const send: typeof fetch = async (input, init) => {
    if (state.auth === 'away') throw new TypeError('fetch failed')
    if (state.auth === 'broken') return Response.json({ error: 'server_error' }, { status: 500 })
    return auth.fetch(new Request(input, init))
  }
  const made = await auth.fetch(
    new Request('http://auth.test/admin/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer operator' },
      body: JSON.stringify({ password, users: [{ prefix: 'ada', count: 1 }] }),
    }),
  )
  if (!made.ok) throw new Error(await made.text())
  const config = { checkTimeoutMs: 1_000, signInTimeoutMs: 1_000 }
  const app = appWith(mitigations, { role: roles[name] as Role, fetch: send, config })
  app.start()
  const site = await startApp(app as never)
  return {
    state,
    port: Number(new URL(site.door).port),
    async [Symbol.asyncDispose]() {
      app.stop()
      await site[Symbol.asyncDispose]()
    },
  }
}

/** A witness in a folder of its own, with a page for each port. */
export async function openWitness(ports: Record<string, number>, options: Partial<WitnessOptions> = {}) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'firebreak-witness-'))
  const witness = await Witness.open({
    executablePath: browser.ok ? browser.path : '',
    pages: Object.entries(ports).map(([app, port]) => ({
      app,
      region: 'us',
      url: `http://${app}.us.localhost:${port}/`,
      username: 'ada0',
      password,
    })),
    deadlineMs: 1_500,
    ...options,
    folder,
  }).catch(error => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  return {
    witness,
    folder,
    async [Symbol.asyncDispose]() {
      await witness[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
