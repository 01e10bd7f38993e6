/** Requests that are wrong, to every endpoint of every service, and what each is to be answered. */
import { Readable } from 'node:stream'
import { type Endpoint, endpoints } from './bad-input-endpoints.ts'
import { apiApps, auths, type BadInputWorld, phoneApps, type Sent, webApps } from './bad-input-stack.ts'

export interface BadCase {
  to: string
  name: string
  /** What may be answered. */
  expected: readonly number[]
  make(world: BadInputWorld): Sent
}

const kib = 1024
const usualLimitBytes = 64 * kib
const typeOf = { json: 'application/json', form: 'application/x-www-form-urlencoded' }

const form = { 'content-type': typeOf.form }

/** Bodies that no endpoint takes. */
const badBodies: Record<'json' | 'form', Record<string, string | Buffer>> = {
  json: {
    'no body': '',
    'JSON that ends too soon': '{"username":"a","password":',
    'no JSON': '<username>a</username>',
    'bytes that are no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x22, 0x7d]),
    'missing fields': '{}',
    null: 'null',
    'a list': '[[],{}]',
    'fields of the wrong type':
      '{"username":{},"password":[],"token":1,"value_":0,"to":[],"text":{},"users":{},"secret":1,"app":1}',
    'a prototype instead of fields': '{"__proto__":{"username":"a","password":"b"},"constructor":1}',
    'JSON of a thousand levels': `${'['.repeat(1_000)}${']'.repeat(1_000)}`,
  },
  form: {
    'no body': '',
    'missing fields': 'nothing=at-all',
    'escapes that are none': '%zz=%&%f=%c3%28&&=&%',
    'JSON instead': '{"username":"a"}',
    'empty fields': 'username=&password=&token=&grant_type=&text=&refresh_token=',
    'a field twice':
      'username=a&username=b&password=c&password=d&token=e&token=f&text=g&text=h&grant_type=i&grant_type=j',
  },
}

function bodyCases(endpoint: Endpoint): BadCase[] {
  const { to, path, takes, credentials = () => ({}), instead, anyType = false } = endpoint
  if (!takes) return []
  const limitBytes = endpoint.limitBytes ?? usualLimitBytes
  const answered = (status: number) => [instead ?? status]
  const one = (
    name: string,
    expected: readonly number[],
    body: NonNullable<Sent['body']> | (() => NonNullable<Sent['body']>),
    headers: Record<string, string> = {},
  ): BadCase => ({
    to,
    name: `POST ${path} with ${name}`,
    expected,
    make: world => ({
      method: 'POST',
      path,
      headers: { 'content-type': typeOf[takes], ...credentials(world), ...headers },
      body: typeof body === 'function' ? body() : body,
      // The server may close the connection rather than read on.
      alone: expected.includes(413),
    }),
  })
  const types = ['text/plain', 'multipart/form-data; boundary=x', 'application/jsonp', '/', ';', '']
  return [
    ...Object.entries(badBodies[takes]).map(([name, body]) => one(name, answered(400), body)),
    ...types.map(type =>
      one(`the type "${type}"`, answered(anyType ? 400 : 415), '{"a":1}', { 'content-type': type }),
    ),
    one('too large a body', [413], Buffer.alloc(2 * limitBytes, 'a')),
    one('too large a body of no announced length', [413], () => Readable.from(chunks(2 * limitBytes))),
  ]
}

async function* chunks(bytes: number): AsyncIterable<Buffer> {
  for (let sent = 0; sent < bytes; sent += 8 * kib) yield Buffer.alloc(8 * kib, 'a')
}

const knownMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY']

function methodCases({ to, path, methods, credentials = () => ({}) }: Endpoint): BadCase[] {
  return knownMethods
    .filter(method => !methods.includes(method))
    .map(method => ({
      to,
      name: `${method} ${path}`,
      expected: [405],
      make: world => ({ method, path, headers: credentials(world) }),
    }))
}

/** Every service that is reached from outside, and who stands for the edge: a host that no app has. */
export const targets = [...webApps, ...apiApps, 'nobody', 'status', 'config', ...auths]

const strayPaths = [
  '/..%2f..%2fetc/passwd',
  '/..%5c..%5cetc/passwd',
  '/%2e%2e%2f%2e%2e%2fetc/passwd',
  '/../../etc/passwd',
  '//etc/passwd',
  '//evil.example/',
  '/%00',
  '/etc/passwd%00.html',
  '/%zz%',
  '/%ff%fe',
  '/.git/config',
  '/services/app/main.ts',
  '/__proto__',
  '/constructor/prototype',
  '/documents/..%2f..%2fetc%2fpasswd',
  '/documents/__proto__',
  '/documents/%zz/watch?client=x',
  '/admin/../../etc/passwd',
  `/${'a'.repeat(8_000)}`,
]

function pathCases(to: string): BadCase[] {
  // What only the operator may see is not told from what is not there.
  const expected = [404, ...(auths.some(auth => auth === to) ? [401] : [])]
  return strayPaths.map(path => ({
    to,
    name: `GET ${path.slice(0, 50)}`,
    expected,
    make: () => ({ method: 'GET', path }),
  }))
}

/** Credentials that are not even of the right form, or nobody's. */
const badAuthorizations = [
  'Bearer',
  'Bearer ',
  'Bearer a b',
  'Bearer \u00e9',
  'Basic',
  'Basic %%%',
  'Basic Og==',
  'Basic bm8tY29sb24=',
  `Basic ${Buffer.from('%zz:%zz').toString('base64')}`,
  `Basic ${Buffer.from('\0\n:x').toString('base64')}`,
  'Digest username="a"',
  '\u00ff',
]

function authorizationCases(): BadCase[] {
  const guarded: readonly (readonly [to: string, method: string, path: string])[] = [
    ...[...phoneApps, 'chat'].map(to => [to, 'GET', '/api/content'] as const),
    ...apiApps.map(to => [to, 'GET', '/v1/messages'] as const),
    ...apiApps.map(to => [to, 'POST', '/v1/messages'] as const),
    ...auths.flatMap(to => [
      [to, 'POST', '/sign-in'] as const,
      [to, 'POST', '/introspect'] as const,
      [to, 'POST', '/revoke'] as const,
      [to, 'GET', '/admin/keys'] as const,
      [to, 'DELETE', '/admin/keys/%zz?emergency=true'] as const,
    ]),
    ['config', 'POST', '/documents/feed'],
    ['config', 'POST', '/documents/feed/rollback'],
    ['config', 'POST', '/documents/feed/freeze'],
    ['status', 'POST', '/admin/reset'],
  ]
  return guarded.flatMap(([to, method, path]) =>
    [undefined, ...badAuthorizations].map(authorization => ({
      to,
      name: `${method} ${path} with the authorization ${JSON.stringify(authorization) ?? 'of nobody'}`,
      // RFC 6750, section 3.1: what cannot be a token is a bad request.
      expected: path.startsWith('/api') || path.startsWith('/v1') ? [401, 400] : [401],
      make: () => ({
        method,
        path,
        headers: { ...form, ...(authorization === undefined ? {} : { authorization }) },
        ...(method === 'POST' ? { body: 'token=x' } : {}),
      }),
    })),
  )
}

function odd(
  to: string,
  expected: readonly number[],
  sent: Sent,
  name = `${sent.method} ${sent.path}`,
): BadCase {
  return { to, name, expected, make: () => sent }
}

/** What is to be asked of one endpoint only. */
function oddCases(): BadCase[] {
  const injected = encodeURIComponent('a\r\nX-Injected: 1\r\n\r\n<html>')
  const ask = (path: string): Sent => ({ method: 'GET', path })
  return [
    ...webApps.flatMap(to => [
      odd(to, [200], ask(`/sign-in?why=${injected}`)),
      odd(
        to,
        [303],
        { ...ask('/'), headers: { cookie: 'sid=; sid=%zz; =; ;' } },
        'GET / with cookies of no form',
      ),
      odd(
        to,
        [400],
        { method: 'POST', path: '/sign-in', headers: form, body: `username=${injected}&password=x` },
        'POST /sign-in with a line break in the name',
      ),
      odd(
        to,
        [403],
        {
          method: 'POST',
          path: '/sign-in',
          headers: { ...form, origin: 'null' },
          body: 'username=a&password=b',
        },
        'POST /sign-in from another site',
      ),
      odd(
        to,
        [401],
        {
          method: 'POST',
          path: '/sign-in',
          headers: { ...form, cookie: `queue=${injected}`, 'x-region': '../..', 'x-forwarded-for': 'nobody' },
          body: `username=${to}-%ed%a0%80%f0%9f%92%a9&password=%00`,
        },
        'POST /sign-in from nowhere, with a place in a line that there is not',
      ),
    ]),
    ...['after=-1', 'after=1e999', 'after=x', 'after=0', 'after=0&client=..%2f', 'client=a&region=%00'].map(
      query => odd('config', [400], ask(`/documents/feed/watch?${query}`)),
    ),
    ...['', 'from=1', 'from=0&to=1', 'from=1&to=NaN', 'from=1.5&to=1'].map(query =>
      odd('config', [400], ask(`/documents/feed/diff?${query}`)),
    ),
    odd('config', [404], ask('/documents/feed/diff?from=1&to=9007199254740991')),
    odd('config', [404], ask('/documents/nobody/watch?after=0&client=x')),
    ...['since=-1', 'since=x', 'since=99999999999999999999', 'waitMs=-5', 'since=%00'].flatMap(query =>
      auths.map(to => odd(to, [400], ask(`/revocations?${query}`))),
    ),
    ...['', 'app=', 'app=feed&stepMs=0', 'app=feed&fromMs=9&toMs=1', 'app=feed&stepMs=250&fromMs=0'].map(
      query => odd('status', [400], ask(`/reports?${query}`)),
    ),
    odd('status', [404], ask('/reports?app=__proto__')),
  ]
}

export const badCases: readonly BadCase[] = [
  ...endpoints.flatMap(bodyCases),
  ...endpoints.flatMap(methodCases),
  ...targets.flatMap(pathCases),
  ...authorizationCases(),
  ...oddCases(),
]
