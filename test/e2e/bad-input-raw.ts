/** Requests that no client library would write, byte by byte. `{host}` stands for the host of the service. */

export interface RawCase {
  name: string
  bytes: string
  /** Statuses of a first answer; 0 is an end of the connection without one. */
  expected: readonly number[]
}

const host = 'Host: {host}\r\n'
const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const hidden = 'GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n'
const refused = [400]

const withHeader = (header: string) => `GET /no-such-page HTTP/1.1\r\n${host}${header}\r\n\r\n`
const posted = (headers: string, body: string) =>
  `POST /no-such-page HTTP/1.1\r\n${host}${form}${headers}\r\n\r\n${body}`

export const rawCases: readonly RawCase[] = [
  { name: 'a bare CR in a header', bytes: withHeader('X: a\rX-Injected: 1'), expected: refused },
  { name: 'a bare LF in a header', bytes: withHeader('X: a\nX-Injected: 1'), expected: refused },
  { name: 'a NUL in a header', bytes: withHeader('X: a\0b'), expected: refused },
  { name: 'a folded header', bytes: withHeader('X: a\r\n X-Injected: 1'), expected: [400, 404] },
  { name: 'a folded first header', bytes: `GET / HTTP/1.1\r\n X: a\r\n${host}\r\n`, expected: refused },
  { name: 'a space before the colon', bytes: withHeader('X : a'), expected: refused },
  { name: 'a header without a name', bytes: withHeader(': a'), expected: refused },
  { name: 'two hosts', bytes: withHeader('Host: chat.us.localhost'), expected: [400, 404] },
  { name: 'no host', bytes: 'GET / HTTP/1.1\r\n\r\n', expected: refused },
  { name: 'a host that is none', bytes: 'GET / HTTP/1.1\r\nHost: a b/<c>\r\n\r\n', expected: refused },
  { name: 'too large a head', bytes: withHeader(`X: ${'a'.repeat(20_000)}`), expected: [431] },
  {
    name: 'two content-lengths',
    bytes: posted('Content-Length: 1\r\nContent-Length: 40', hidden),
    expected: refused,
  },
  {
    name: 'the same content-length twice',
    bytes: posted('Content-Length: 3\r\nContent-Length: 3', 'a=b'),
    expected: refused,
  },
  {
    name: 'a list of content-lengths',
    bytes: posted('Content-Length: 3, 40', `a=b${hidden}`),
    expected: refused,
  },
  { name: 'a negative content-length', bytes: posted('Content-Length: -1', hidden), expected: refused },
  {
    name: 'a content-length with a sign',
    bytes: posted('Content-Length: +3', `a=b${hidden}`),
    expected: refused,
  },
  {
    name: 'content-length and transfer-encoding',
    bytes: posted('Content-Length: 4\r\nTransfer-Encoding: chunked', `0\r\n\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'transfer-encoding and content-length',
    bytes: posted('Transfer-Encoding: chunked\r\nContent-Length: 4', `0\r\n\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'an unknown transfer-encoding',
    bytes: posted('Transfer-Encoding: cow', hidden),
    expected: refused,
  },
  {
    name: 'chunked, but not last',
    bytes: posted('Transfer-Encoding: chunked, identity', `0\r\n\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'two transfer-encodings',
    bytes: posted('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow', `0\r\n\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'a disguised transfer-encoding',
    bytes: posted('Transfer-Encoding : chunked', `0\r\n\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'a chunk of no size',
    bytes: posted('Transfer-Encoding: chunked', `zz\r\n${hidden}`),
    expected: refused,
  },
  {
    name: 'a chunk of too great a size',
    bytes: posted('Transfer-Encoding: chunked', 'fffffffffffffffff\r\na'),
    expected: refused,
  },
  { name: 'a method that there is not', bytes: `BREW / HTTP/1.1\r\n${host}\r\n`, expected: refused },
  { name: 'a method in small letters', bytes: `get / HTTP/1.1\r\n${host}\r\n`, expected: refused },
  { name: 'a space in the path', bytes: `GET /a b HTTP/1.1\r\n${host}\r\n`, expected: refused },
  { name: 'a version that there is not', bytes: `GET / HTTP/9.9\r\n${host}\r\n`, expected: refused },
  { name: 'the beginning of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', expected: [400, 505, 0] },
  { name: 'no HTTP at all', bytes: '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03', expected: [400, 0] },
  { name: 'a path above the root', bytes: `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\n`, expected: [404] },
  {
    name: 'another host in the path',
    bytes: `GET http://evil.example/../etc/passwd HTTP/1.1\r\n${host}\r\n`,
    expected: [400, 404],
  },
  {
    name: 'an address that is none in the path',
    bytes: `GET http://[::zz/ HTTP/1.1\r\n${host}\r\n`,
    expected: [400],
  },
  {
    name: 'bytes beyond ASCII in the path',
    bytes: `GET /\xff\xfe\xe9 HTTP/1.1\r\n${host}\r\n`,
    expected: [400, 404],
  },
  {
    name: 'the server itself',
    bytes: `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
    expected: [200, 204, 400, 404, 405],
  },
  {
    name: 'a tunnel',
    bytes: `CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`,
    expected: [0, 400, 404, 405, 501],
  },
  {
    name: 'a trace',
    bytes: `TRACE / HTTP/1.1\r\n${host}Cookie: sid=secret-cookie\r\n\r\n`,
    expected: [400, 404, 405, 501],
  },
  {
    name: 'a web socket',
    bytes: withHeader('Connection: Upgrade\r\nUpgrade: websocket'),
    expected: [400, 404, 426, 501],
  },
  {
    name: 'an expectation that there is not',
    bytes: withHeader('Expect: the-unexpected'),
    expected: [417, 404],
  },
  {
    name: 'a body that ends too soon',
    bytes: posted('Content-Length: 10', 'a=b'),
    expected: [0, 400, 404, 408],
  },
]

/** The statuses of all answers in what came back. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(match => Number(match[1]))
}
