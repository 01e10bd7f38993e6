/** Requests at random, near to what services take: their paths, their fields, and anything in them. */
import fc from 'fast-check'
import type { Sent } from './bad-input-stack.ts'

const paths = [
  ...['/', '/sign-in', '/sign-out', '/act', '/api/content', '/api/sign-in', '/api/refresh', '/api/sign-out'],
  ...[
    '/v1/messages',
    '/oauth/token',
    '/oauth/revoke',
    '/token',
    '/introspect',
    '/revoke',
    '/jwks',
    '/reports',
  ],
  ...[
    '/documents/feed',
    '/documents/feed/health',
    '/admin/users',
    '/admin/keys/x',
    '/status.json',
    '/healthz',
  ],
]
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...paths) },
  fc.webPath().map(text => `/${text}`),
  fc.string().map(text => `/${encodeURIComponent(text.toWellFormed())}`),
)
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map(text => `?${text}`),
)
// What may stand in a header (RFC 9110, section 5.5).
const headerText = fc
  .string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code)),
    maxLength: 60,
  })
  .map(text => text.replaceAll('\x7f', ''))
const names = [
  'authorization',
  'cookie',
  'content-type',
  'origin',
  'x-region',
  'x-queue-ticket',
  'accept',
  'x-any',
]
const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain']
const headers = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...names, 'x-forwarded-host', 'sec-fetch-site'), headerText, {
      maxKeys: 4,
    }),
    fc.option(fc.constantFrom(...types)),
  )
  .map(([any, type]) => (type === null ? any : { ...any, 'content-type': type }))
const field = fc.constantFrom(
  'username',
  'password',
  'token',
  'grant_type',
  'client_id',
  'scope',
  'text',
  'app',
)
const texts = fc.dictionary(field, fc.string({ unit: 'binary' }))
const body = fc.oneof(
  fc.json(),
  texts.map(fields => JSON.stringify(fields)),
  texts.map(fields => new URLSearchParams(fields).toString()),
  fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
)
const method = fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'SEARCH')

export const randomRequest: fc.Arbitrary<Sent> = fc
  .record({ method, path, query, headers, body })
  .map(({ method, path, query, headers, body }) => {
    const bodiless = method === 'GET' || method === 'HEAD'
    return { method, path: `${path}${query}`, headers, ...(bodiless ? {} : { body }) }
  })
