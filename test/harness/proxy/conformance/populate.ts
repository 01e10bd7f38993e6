import { type Case, p, single, upstream } from './cases.ts'

const entry = 'struct { toxiproxy.Proxy; Enabled *bool \\"json:\\\\\\"enabled\\\\\\"\\" }'
const failed = (status: number, text: string) => `{"error":"${text}","status":${status},"proxies":null}`
const badBody = (text: string) => failed(400, `bad request body: ${text}`)
const post = (title: string, body: unknown, status: number, answer: string | RegExp) =>
  single(`populate: ${title}`, 'POST', '/populate', body, status, answer)
const proxy = (name: string, listen = '127.0.0.1:0') => ({ name: `@${name}`, listen, upstream })
const free = proxy('a', '127.0.0.1:FREE')
const made = (change: Record<string, unknown> = {}) => {
  const {
    name,
    listen,
    upstream: to,
    enabled,
  } = { ...free, enabled: true, ...change } as Record<string, unknown>
  return JSON.stringify({ name, listen, upstream: to, enabled, Logger: {}, toxics: [] })
}
const first = ['POST', '/populate', [free], 201, `{"proxies":[${made()}]}`] as const
const toxic = ['POST', '/proxies/@a/toxics', { type: 'noop', name: 'n' }, 200, /"n"/] as const

export const populate: readonly Case[] = [
  post(
    'makes several',
    [proxy('a'), { ...proxy('b'), enabled: false }],
    201,
    /^{"proxies":\[{"name":"@a".*"enabled":true.*},{"name":"@b".*"enabled":false.*}\]}$/,
  ),
  post('an empty array', '[]', 201, '{"proxies":null}'),
  post('null', 'null', 201, '{"proxies":null}'),
  post('enabled null is true', [{ ...free, enabled: null }], 201, `{"proxies":[${made()}]}`),
  post(
    'field names in any case',
    [{ NAME: '@a', LISTEN: '127.0.0.1:FREE', Upstream: upstream }],
    201,
    `{"proxies":[${made()}]}`,
  ),
  post(
    'unknown fields and toxics are passed over',
    [{ ...free, foo: 1, toxics: [1] }],
    201,
    /"toxics":\[\]}\]}$/,
  ),
  post(
    'keeps an equal one, its toxics and its state',
    [{ ...proxy('p', '127.0.0.1:1'), enabled: true }],
    201,
    `{"proxies":[${p}]}`,
  ),
  post('an object', '{}', 400, badBody(`json: cannot unmarshal object into Go value of type []${entry}`)),
  post(
    'one proxy without array',
    proxy('a'),
    400,
    badBody(`json: cannot unmarshal object into Go value of type []${entry}`),
  ),
  post('a text', '"x"', 400, badBody(`json: cannot unmarshal string into Go value of type []${entry}`)),
  post('an empty body', '', 400, badBody('EOF')),
  post('a truncated body', '[{', 400, badBody('unexpected EOF')),
  post('no JSON', 'bad', 400, badBody("invalid character 'b' looking for beginning of value")),
  post('name is missing', [{ upstream }], 400, failed(400, 'missing required field: name at proxy 1')),
  post(
    'upstream is missing',
    [{ name: '@a' }],
    400,
    failed(400, 'missing required field: upstream at proxy 1'),
  ),
  post('null for an entry', '[null]', 400, failed(400, 'missing required field: name at proxy 1')),
  post(
    'a bad listen for a known name',
    [proxy('p', 'garbage')],
    500,
    failed(500, 'address garbage: missing port in address'),
  ),
  post(
    'a bad listen for a new name',
    [proxy('a', 'garbage')],
    500,
    failed(500, 'listen tcp: address garbage: missing port in address'),
  ),
  {
    title: 'populate: nothing is made when an entry lacks its name',
    steps: [
      [
        'POST',
        '/populate',
        [free, { upstream }],
        400,
        failed(400, 'missing required field: name at proxy 2'),
      ],
      ['GET', '/proxies/@a', undefined, 404, /proxy not found/],
    ],
  },
  {
    title: 'populate: again is the same, toxics stay',
    steps: [
      first,
      toxic,
      ['POST', '/populate', [{ ...free, listen: 'localhost:FREE' }], 201, /"toxics":\[{.*"n".*}\]/],
    ],
  },
  {
    title: 'populate: enabled does not count for an equal one',
    steps: [first, ['POST', '/populate', [{ ...free, enabled: false }], 201, `{"proxies":[${made()}]}`]],
  },
  {
    title: 'populate: another upstream replaces it, without its toxics',
    steps: [
      first,
      toxic,
      [
        'POST',
        '/populate',
        [{ ...free, upstream: '127.0.0.1:8' }],
        201,
        `{"proxies":[${made({ upstream: '127.0.0.1:8' })}]}`,
      ],
    ],
  },
  {
    title: 'populate: a replacement may be disabled',
    steps: [
      first,
      [
        'POST',
        '/populate',
        [{ ...free, upstream: '127.0.0.1:8', enabled: false }],
        201,
        `{"proxies":[${made({ upstream: '127.0.0.1:8', enabled: false })}]}`,
      ],
    ],
  },
  {
    title: 'populate: port 0 always replaces',
    steps: [
      first,
      toxic,
      ['POST', '/populate', [proxy('a')], 201, /"listen":"127\.0\.0\.1:[1-9]\d*".*"toxics":\[\]/],
    ],
  },
  {
    title: 'populate: proxies that are not named stay',
    steps: [
      first,
      ['POST', '/populate', [proxy('b')], 201, /"@b"/],
      ['GET', '/proxies/@a', undefined, 200, made()],
    ],
  },
  {
    title: 'populate: of a name given twice the last stays',
    steps: [
      [
        'POST',
        '/populate',
        [proxy('a'), free],
        201,
        /^{"proxies":\[{"name":"@a".*},{"name":"@a","listen":"127\.0\.0\.1:FREE".*"enabled":true.*}\]}$/,
      ],
      ['GET', '/proxies/@a', undefined, 200, made()],
    ],
  },
  {
    title: 'populate: ends at the first that fails; what was made before stays and is told',
    steps: [
      [
        'POST',
        '/populate',
        [free, proxy('d', '127.0.0.1:TAKEN'), proxy('e')],
        500,
        `{"error":"listen tcp 127.0.0.1:TAKEN: bind: address already in use","status":500,"proxies":[${made()}]}`,
      ],
      ['GET', '/proxies/@a', undefined, 200, made()],
      ['GET', '/proxies/@d', undefined, 404, /proxy not found/],
      ['GET', '/proxies/@e', undefined, 404, /proxy not found/],
    ],
  },
  {
    title: 'populate: one that cannot be replaced stays as it was',
    differs: 'failed-replacement',
    steps: [
      first,
      [
        'POST',
        '/populate',
        [proxy('a', '127.0.0.1:TAKEN')],
        500,
        failed(500, 'listen tcp 127.0.0.1:TAKEN: bind: address already in use'),
      ],
      ['GET', '/proxies/@a', undefined, 200, made()],
    ],
  },
]
