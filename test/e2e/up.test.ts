/** `firebreak up`: what it says is there is there, and nothing of it stays. */
import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { UpListing } from '../../harness/cli/up-listing.ts'
import { describeOnRuntimes } from './containers-support.ts'
import { Room, type Run } from './room.ts'

const execute = promisify(execFile)
const webApps = ['feed', 'messenger', 'photos', 'chat', 'ads']
const startMsMax = 180_000

/** What is asked for at a name below `localhost`, which this machine need not be able to look up. */
async function ask(url: string, { method = 'GET', headers = {}, body = '' } = {}) {
  const { host, port, pathname } = new URL(url)
  return new Promise<{ status: number; cookie: string; text: string }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: pathname, method, headers: { ...headers, host } }
    const asked = request(options, async answer => {
      let text = ''
      try {
        for await (const chunk of answer) text += chunk
        const cookie = answer.headers['set-cookie']?.map(each => each.split(';')[0]).join('; ') ?? ''
        resolve({ status: answer.statusCode ?? 0, cookie, text })
      } catch (error) {
        reject(error)
      }
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function listingIn(output: string): UpListing {
  const [json] = /^\{$[\s\S]*?^\}$/m.exec(output) ?? []
  if (json === undefined) throw new Error(`no JSON in: ${output}`)
  return JSON.parse(json) as UpListing
}

describeOnRuntimes(runtime => {
  let room: Room
  let run: Run
  let listing: UpListing

  beforeAll(async () => {
    room = new Room()
    run = room.firebreak(['up', '--json', '--runtime', runtime])
    await run.says(/Ctrl-C ends it/, startMsMax)
    listing = listingIn(run.output())
  })
  afterAll(() => room[Symbol.asyncDispose]())

  const pageOf = (app: string, region = 'us') => {
    const url = listing.pages.find(each => each.app === app && each.region === region)?.url
    return app === 'rival' ? listing.rival : (url ?? '')
  }

  test('lists a page for every web app in every region', () => {
    const pairs = webApps.flatMap(app => ['us', 'eu', 'asia', 'me'].map(region => `${app} ${region}`))
    expect(listing.pages.map(({ app, region }) => `${app} ${region}`)).toEqual(pairs)
    expect(listing).toMatchObject({ schema: 1, runtime, architecture: 'hardened' })
  })

  test.each([...webApps, 'rival'])('lets the demo user of %s in, with a session', async app => {
    const page = pageOf(app)
    const username = listing.users.find(each => each.app === app)?.username ?? ''
    const body = new URLSearchParams({ username, password: listing.password }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await ask(new URL('/sign-in', page).href, { method: 'POST', headers, body })
    expect(signedIn.status).toBe(303)
    const seen = await ask(page, { headers: { cookie: signedIn.cookie } })
    expect(seen.status).toBe(200)
    // Without the session there is no page.
    expect((await ask(page)).status).not.toBe(200)
  })

  test('lets the same user in everywhere', async () => {
    const body = new URLSearchParams({ username: 'demo-feed-0', password: listing.password }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const region of ['eu', 'asia', 'me']) {
      const signIn = new URL('/sign-in', pageOf('photos', region)).href
      expect((await ask(signIn, { method: 'POST', headers, body })).status, region).toBe(303)
    }
  })

  test('has a status page', async () => {
    const { status, text } = await ask(listing.status)
    expect(status).toBe(200)
    expect(text).toMatch(/feed/i)
  })

  test('says commands that work', async ({ skip }) => {
    await execute('curl', ['--version']).catch(() => skip('there is no curl here'))
    const commandOf = (does: string) => listing.examples.find(each => each.does === does)?.command ?? ''
    const say = async (does: string, env: Record<string, string> = {}) => {
      const { stdout } = await execute('sh', ['-c', commandOf(does)], { env: { ...process.env, ...env } })
      return stdout === '' ? undefined : JSON.parse(stdout)
    }
    expect(await say('sign a phone in')).toMatchObject({ access_token: expect.any(String) })
    const { access_token } = await say('get an API token')
    expect(await say('use it', { TOKEN: access_token })).toMatchObject({ messages: expect.any(Array) })
    expect(await say('break a link')).toMatchObject({ name: 'slow', type: 'latency' })
    expect(await say('mend all links')).toBeUndefined()
    const before = await say('read a configuration')
    expect(before).toMatchObject({ value: { issuer: 'https://auth.firebreak.test' } })
    expect(await say('push a change')).toMatchObject({ document: 'auth', version: before.version + 1 })
  })

  test('is ended by Ctrl-C, and nothing of it stays', async () => {
    run.signal('SIGINT')
    const { code, output } = await run.ended
    expect(output).toContain('removed everything')
    expect(code).toBe(0)
    await room.expectNothingLeft()
  })
})

describe('up', () => {
  test('is ended by Ctrl-C before it is up, too', async () => {
    await using room = new Room()
    const run = room.firebreak(['up', '--runtime', 'processes'])
    await run.says(/starting hardened/)
    await expect
      .poll(() => room.find(/services\/\w+\/main\.ts/).length, { timeout: 60_000 })
      .toBeGreaterThan(2)
    run.signal('SIGINT')
    expect(await run.ended).toMatchObject({
      code: 130,
      output: expect.stringContaining('removed everything'),
    })
    await room.expectNothingLeft()
  })

  test('says the same to people, without escape codes', async () => {
    await using room = new Room()
    const run = room.firebreak(['up', '--runtime', 'processes', '--architecture', 'cellular'])
    await run.says(/Ctrl-C ends it/, startMsMax)
    for (const words of ['http://feed.us.localhost:', 'demo-rival-0', 'password', 'curl -s', 'cellular on'])
      expect(run.output()).toContain(words)
    expect(run.output()).not.toContain('\u001B[')
    run.signal('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 0 })
    await room.expectNothingLeft()
  })
})
