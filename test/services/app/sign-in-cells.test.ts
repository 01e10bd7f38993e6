/** One line before each cell: what befalls one makes nobody wait who signs in at another. */
import { describe, expect, test } from 'vitest'
import { chat } from '../../../services/app/roles/chat.ts'
import { feed } from '../../../services/app/roles/feed.ts'
import { createSignInQueues } from '../../../services/app/sign-in-queue.ts'
import { cameOf } from '../../../services/app/surface.ts'
import { inCell } from '../../../services/common/cell.ts'
import { type Asked, active, fakeAuth } from './fake-auth.ts'
import { appWith, architectures, directoryOf, json, secret, signInForm } from './world.ts'

const from = (region?: string) => ({ region, address: undefined })

describe('queues', () => {
  const homeOf = (region: string | undefined) => (region === 'eu' ? 'auth@eu' : 'auth@us')
  const queues = () => {
    const queueFor = createSignInQueues({ secret, mitigations: new Set(['sign-in-queue']) }, homeOf)
    const away = queueFor(from('us'))
    for (let i = 0; i < 3; i += 1) away.done('unavailable')
    away.enter(undefined)
    return queueFor
  }
  const fill = (queue: ReturnType<ReturnType<typeof queues>>) => {
    for (let i = 0; i < 10_000; i += 1) {
      const entry = queue.enter(undefined)
      if (entry.kind === 'wait') return entry
    }
    throw new Error('nobody had to wait')
  }

  test.each<[string, string | undefined, 'go' | 'wait']>([
    ['the cell that is away', 'us', 'wait'],
    ['another cell', 'eu', 'go'],
    ['a region whose sign-ins go to the cell that is away', 'mars', 'wait'],
    ['nowhere known', undefined, 'wait'],
  ])('say to somebody from %s: %s', (_what, region, kind) => {
    expect(queues()(from(region)).enter(undefined).kind).toBe(kind)
  })

  test('take a ticket of another cell for none: a new place', () => {
    const queueFor = queues()
    const { ticket } = fill(queueFor(from('us')))
    fill(queueFor(from('eu')))
    expect(queueFor(from('eu')).enter(ticket)).toMatchObject({ kind: 'wait', position: 2 })
    expect(queueFor(from('us')).enter(ticket)).toMatchObject({ kind: 'wait', position: 1 })
  })
})

test.each<[string, Parameters<typeof cameOf>[0], ReturnType<typeof cameOf>]>([
  ['a yes', { kind: 'valid', value: 1 }, 'answered'],
  ['a no', { kind: 'invalid', reason: 'invalid_credentials' }, 'answered'],
  ['a limit on attempts', { kind: 'unknown', reason: 'overloaded' }, 'answered'],
  ['no answer', { kind: 'unknown', reason: 'timeout' }, 'unavailable'],
  ['no answer, read as a no', { kind: 'invalid', reason: 'timeout' }, 'unavailable'],
  ['no answer of another cell', { kind: 'unknown', reason: 'elsewhere: timeout' }, 'answered'],
  ['no answer of another cell, read as a no', { kind: 'invalid', reason: 'elsewhere: timeout' }, 'answered'],
])('for the queue, %s counts as it should', (_what, result, came) => {
  expect(cameOf(result)).toBe(came)
})

/** An app with the cells us, which gives no answer, and eu, which knows one password. */
function cellular(role = feed) {
  const { fetch } = fakeAuth(({ origin, path, json, form }: Asked) => {
    if (origin.includes('auth-us')) return undefined
    if (path === '/introspect') return active()
    if ((json.password ?? form.get('password')) !== 'right')
      return Response.json({ error: 'invalid_credentials' }, { status: 401 })
    const expiresAt = Date.now() + 60_000
    return Response.json({
      access_token: 'a',
      refresh_token: 'r',
      expires_in: 20,
      session: inCell('eu', 'x'.repeat(43)),
      subject: 'u1',
      expiresAt,
    })
  })
  const app = appWith(architectures.hardened, { role, fetch, directory: directoryOf('us', 'eu') })
  return async (request: Request, region: string) => {
    request.headers.set('x-region', region)
    const response = await app.fetch(request)
    const body = await response.text()
    return { status: response.status, isQueued: /queue_ticket|data-notice="queued"/.test(body) }
  }
}

const phone = (password = 'right') => json('/api/sign-in', { username: 'ada', password })
const browser = (password = 'right') => signInForm({ username: 'ada', password })

describe.each([
  ['phones of feed', feed, phone, 200],
  ['phones of chat', chat, phone, 200],
  ['browsers', feed, browser, 303],
] as const)('with a cell away, %s', (_what, role, signIn, served) => {
  test('wait in line there, and nowhere else', async () => {
    const ask = cellular(role)
    const seen = []
    for (let i = 0; i < 8; i += 1) seen.push(await ask(signIn(), 'us'))
    expect(seen.at(-1)).toEqual({ status: 503, isQueued: true })
    for (let i = 0; i < 8; i += 1)
      expect(await ask(signIn(), 'eu')).toEqual({ status: served, isQueued: false })
  })

  test('make no line elsewhere by wrong passwords, about which the cell that is away may know better', async () => {
    const ask = cellular(role)
    for (let i = 0; i < 12; i += 1)
      expect(await ask(signIn('wrong'), 'eu')).toEqual({ status: 503, isQueued: false })
    expect(await ask(signIn(), 'eu')).toEqual({ status: served, isQueued: false })
  })
})
