import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { findBrowser } from '../../../harness/witness/find-browser.ts'
import { Witness } from '../../../harness/witness/witness.ts'
import { homePage, signInPage, tryLaterPage } from '../../../services/app/pages/index.ts'
import type { Role } from '../../../services/app/role.ts'
import { roles } from '../../../services/app/roles/index.ts'

const browser = findBrowser(process.env.FIREBREAK_BROWSER === 'none' ? '' : process.env.FIREBREAK_BROWSER)
if (!browser.ok) console.warn(`SKIPPED: the witness, because ${browser.why}`)
const limitMs = 60_000

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const role = roles.feed as Role
const page = async (body: unknown) => String(await body)

/** The pages of the real app, with answers that can be changed at any time. */
async function startApp() {
  const html = (response: ServerResponse, status: number, body: string, headers = {}) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers })
    response.end(body)
  }
  const home = await page(homePage(role, { username: 'ann', readOnly: false, own: [] }))
  const readOnly = await page(homePage(role, { username: 'ann', readOnly: true, own: [] }))
  const form = await page(signInPage(role))
  const expired = await page(signInPage(role, 'session-expired'))
  const wrong = await page(signInPage(role, 'wrong-password', 'ann'))
  const later = await page(tryLaterPage(role))
  const pages: Record<string, Answer> = {
    home: (_, response) => html(response, 200, home),
    readOnly: (_, response) => html(response, 200, readOnly),
    form: (_, response) => html(response, 200, form),
    expired: (_, response) => html(response, 200, expired),
    letsIn: (_, response) => html(response, 303, '', { location: '/home', 'set-cookie': 'sid=1' }),
    refuses: (_, response) => html(response, 401, wrong),
    later: (_, response) => html(response, 503, later),
    crash: (_, response) => html(response, 500, '{"error":"server_error"}'),
    silent: () => {},
    cut: request => request.socket.destroy(),
  }
  const app = { look: pages.home as Answer, signIn: pages.letsIn as Answer, pages }
  const server = createServer((request, response) => {
    if (request.url === '/home') return void pages.home?.(request, response)
    return void (request.method === 'POST' ? app.signIn : app.look)(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    app,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function open(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-witness-'))
  folders.push(folder)
  const witness = await Witness.open({
    executablePath: browser.ok ? browser.path : '',
    pages: [
      {
        app: 'feed',
        region: 'us',
        url: `http://feed.us.localhost:${port}/`,
        username: 'ann',
        password: 'right',
      },
    ],
    folder,
    deadlineMs: 1_500,
  })
  return { witness, folder }
}

describe.skipIf(!browser.ok)('the witness', () => {
  test(
    'signs in, comes back, is thrown out, tries the correct password, and says what is seen each time',
    async () => {
      await using site = await startApp()
      const { app, port } = site
      const { witness, folder } = await open(port)
      await using _ = witness
      const walk = async (look: string, signIn = 'letsIn') => {
        app.look = app.pages[look] as Answer
        app.signIn = app.pages[signIn] as Answer
        return (await witness.walk('during', () => 7)).map(({ step, sees }) => `${step}: ${sees}`)
      }
      expect(await walk('form')).toEqual(['look: signed-out', 'sign-in: signed-in'])
      expect(await walk('home')).toEqual(['look: signed-in'])
      expect(await walk('readOnly')).toEqual(['look: degraded'])
      expect(await walk('expired', 'refuses')).toEqual(['look: signed-out', 'sign-in: wrong-password'])
      expect(await walk('later')).toEqual(['look: try-later'])
      expect(await walk('crash')).toEqual(['look: error-page'])
      expect(await walk('cut')).toEqual(['look: nothing'])
      expect(await walk('silent')).toEqual(['look: nothing'])
      expect(await walk('form', 'silent')).toEqual(['look: signed-out', 'sign-in: nothing'])
      // It goes on where it was before.
      expect(await walk('home')).toEqual(['look: signed-in'])
      expect(readdirSync(folder).toSorted()).toEqual(['feed-during-sign-in.jpg', 'feed-during.jpg'])
    },
    limitMs,
  )

  test(
    'looks closely at the pages of the outage, and finds nothing that keeps people from reading them',
    async () => {
      await using site = await startApp()
      const { app, port } = site
      const { witness } = await open(port)
      await using _ = witness
      app.look = app.pages.expired as Answer
      app.signIn = app.pages.refuses as Answer
      const observed = await witness.walk('during', () => 0)
      await witness.checkAccessibility()
      expect(observed.map(({ violations }) => violations)).toEqual([[], []])
    },
    limitMs,
  )

  test(
    'finds what keeps people from reading a page',
    async () => {
      await using site = await startApp()
      const { witness } = await open(site.port)
      await using _ = witness
      site.app.look = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' })
        response.end('<html><body><input type="password"></body></html>')
      }
      site.app.signIn = site.app.pages.silent as Answer
      const [observed] = await witness.walk('during', () => 0)
      await witness.checkAccessibility()
      expect(observed?.violations?.map(({ rule }) => rule)).toContain('label')
    },
    limitMs,
  )

  test(
    'ends a walk with the run, and leaves no browser',
    async () => {
      await using site = await startApp()
      const { witness } = await open(site.port)
      expect(await witness.walk('during', () => 0, AbortSignal.abort())).toEqual([])
      await witness[Symbol.asyncDispose]()
      await witness[Symbol.asyncDispose]()
    },
    limitMs,
  )
})
