/** Whatever is sent: nothing crashes, and no answer shows what goes on inside. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { appConfigSchema, defaultAppConfig } from '../../../services/app/app-config.ts'
import { createDeviceCredentials } from '../../../services/app/device-credential.ts'
import { createTicketOffice } from '../../../services/app/queue-ticket.ts'
import { roles } from '../../../services/app/roles/index.ts'
import { createSignInQueue } from '../../../services/app/sign-in-queue.ts'
import { basicHeader, basicOf } from '../../../services/common/bearer.ts'
import { cellOf } from '../../../services/common/cell.ts'
import { createDirectory, type DiscoveryDocument } from '../../../services/common/discovery.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { active, fakeAuth } from './fake-auth.ts'
import { appWith, architectures, secret } from './world.ts'

/** Text that is near to what is expected, and text that is far from it. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'abz019.-_=+/ :%&'), maxLength: 60 }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'null',
    '{}',
    '[]',
    'eyJhbGciOiJub25lIn0.e30.',
    '0'.repeat(300),
  ),
)
/** What a header can hold. */
const header = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map(c => String.fromCharCode(c)),
  maxLength: 80,
})

describe('parsers', () => {
  test('a ticket is read for what it is, or not at all', () => {
    const office = createTicketOffice(secret, 'auth')
    const number = office.draw()
    const ticket = office.write(number)
    expect(office.read(ticket)).toBe(number)
    fc.assert(fc.property(text, other => other === ticket || office.read(other) === undefined))
    fc.assert(
      fc.property(fc.nat(ticket.length - 1), fc.constantFrom(...'abcXYZ012.-_'), (at, char) => {
        const changed = `${ticket.slice(0, at)}${char}${ticket.slice(at + 1)}`
        return changed === ticket || office.read(changed) === undefined
      }),
    )
  })

  test('tickets drawn later have greater numbers', () => {
    const office = createTicketOffice(secret, 'auth')
    let last = 0
    for (let i = 0; i < 5_000; i += 1) {
      const number = office.draw()
      expect(number).toBeGreaterThan(last)
      last = number
    }
  })

  test('a device credential that this app did not make opens to nothing', async () => {
    const { open } = createDeviceCredentials(secret, 'chat')
    await fc.assert(fc.asyncProperty(text, async other => (await open(other)) === undefined))
  })

  test('client credentials come back from Basic as they went in, and anything else is undefined or a pair', () => {
    const pair = fc.record({ id: fc.string({ minLength: 1 }), secret: fc.string() })
    const read = (authorization: string) => basicOf({ headers: new Headers({ authorization }) })
    fc.assert(
      fc.property(pair, client => {
        expect(read(basicHeader(client))).toEqual(client)
      }),
    )
    fc.assert(
      fc.property(header, value => {
        const client = read(`Basic ${value}`)
        return client === undefined || typeof client.secret === 'string'
      }),
    )
  })

  test('a credential names a cell or none', () => {
    fc.assert(fc.property(text, value => ['string', 'undefined'].includes(typeof cellOf(value))))
  })

  test('any discovery document gives lists of addresses that are linked', () => {
    const links = { 'auth-1': 'http://a', 'auth-2': 'http://b' }
    const names = fc.oneof(fc.array(fc.oneof(fc.constantFrom('auth-1', 'auth-2'), text)), fc.jsonValue())
    const document = fc.oneof(
      fc.record({ cells: names, services: fc.oneof(fc.dictionary(text, names), fc.jsonValue()) }),
      fc.dictionary(text, fc.jsonValue()),
    )
    const kept = fc.subarray<Mitigation>(['keep-last-endpoints'])
    fc.assert(
      fc.property(document, kept, (value, names) => {
        const directory = createDirectory({
          document: () => value as DiscoveryDocument,
          links,
          mitigations: new Set(names),
          log: () => {},
        })
        for (const url of directory.endpointsOf('auth')) expect(Object.values(links)).toContain(url)
        for (const cell of directory.cells()) expect(typeof cell).toBe('string')
      }),
    )
  })

  test('an app configuration is refused or complete', () => {
    const field = fc.constantFrom(...Object.keys(defaultAppConfig))
    fc.assert(
      fc.property(fc.dictionary(field, fc.jsonValue()), change => {
        const parsed = appConfigSchema.safeParse({ ...defaultAppConfig, ...change })
        if (parsed.success)
          expect(Object.keys(parsed.data).sort()).toEqual(Object.keys(defaultAppConfig).sort())
      }),
    )
  })
})

test('an app configuration from before some fields were there is still good', () => {
  const { issuer, audience, checkTimeoutMs, signInTimeoutMs, graceMs } = defaultAppConfig
  const old = { issuer, audience, checkTimeoutMs, signInTimeoutMs, graceMs }
  expect(appConfigSchema.parse(old)).toEqual(defaultAppConfig)
})

test('the line never lets more through than its pace, whoever comes and whatever happens', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('enter' as const), who: fc.nat(9) }),
    fc.record({ do: fc.constantFrom('answered' as const, 'unavailable' as const), who: fc.nat(9) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), steps => {
      const pace = { startPerS: 5, mostPerS: 5 }
      const queue = createSignInQueue({ secret, cell: 'auth', mitigations: new Set(['sign-in-queue']), pace })
      const tickets: (string | undefined)[] = []
      const startedAt = Date.now()
      let through = 0
      for (const { do: what, who } of steps) {
        if (what !== 'enter') queue.done(what, tickets[who])
        else {
          const entry = queue.enter(tickets[who])
          if (entry.kind === 'go') through += 1
          else {
            tickets[who] = entry.ticket
            expect(entry.position).toBeGreaterThanOrEqual(1)
            expect(entry.retryAfterS).toBeGreaterThanOrEqual(1)
            expect(entry.retryAfterS).toBeLessThanOrEqual(3)
          }
        }
      }
      expect(through).toBeLessThanOrEqual(5 + ((Date.now() - startedAt) / 1_000) * 5 + 1)
    }),
  )
})

describe.each(Object.entries(architectures))('the surfaces in %s', (_name, names) => {
  const paths = {
    feed: ['/api/content', '/api/sign-in', '/api/refresh', '/api/sign-out'],
    chat: ['/api/content', '/api/sign-in', '/api/sign-out'],
    'messenger-api': ['/v1/messages', '/oauth/token', '/oauth/revoke'],
  } as const

  test.each(Object.entries(paths))(
    'of %s answer anything, never with 500, never with a stack trace',
    async (name, known) => {
      const role = roles[name]
      if (!role) throw new Error(`no role ${name}`)
      const fetch = fakeAuth(({ path }) =>
        path === '/introspect' ? active() : Response.json({ odd: true }),
      ).fetch
      const logged: string[] = []
      const app = appWith(names, { role, fetch, log: event => void logged.push(event) })
      const fields = fc.constantFrom(
        'username',
        'password',
        'refresh_token',
        'device_credential',
        'token',
        'grant_type',
        'to',
        'text',
      )
      const body = fc.oneof(
        text,
        fc.json(),
        fc.dictionary(fields, fc.oneof(text, fc.jsonValue())).map(value => JSON.stringify(value)),
        fc.dictionary(fields, text).map(value => new URLSearchParams(value).toString()),
      )
      const type = fc.oneof(
        header,
        fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'),
      )
      const request = fc.record({
        path: fc.constantFrom(...known),
        method: fc.constantFrom('POST', 'PUT', 'DELETE', 'GET', 'OPTIONS'),
        body,
        headers: fc.record({
          'content-type': type,
          authorization: fc.oneof(
            header,
            header.map(it => `Bearer ${it}`),
            header.map(it => `Basic ${it}`),
          ),
          'x-region': header,
          'x-forwarded-for': header,
          'x-queue-ticket': header,
        }),
      })
      await fc.assert(
        fc.asyncProperty(request, async ({ path, method, body, headers }) => {
          const init = { method, headers, ...(method === 'GET' ? {} : { body }) }
          const response = await app.fetch(new Request(`http://x${path}`, init))
          expect(response.status).toBeGreaterThanOrEqual(200)
          expect(response.status).not.toBe(500)
          expect(await response.text()).not.toMatch(/\.ts:\d|\bat .*\(|Error:/)
        }),
        { numRuns: 300 },
      )
      expect(logged).not.toContain('unhandled')
    },
  )
})
