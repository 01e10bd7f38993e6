import { badBody, type Case, error, single, upstream } from './cases.ts'

const created = (name: string) =>
  new RegExp(
    `^{"name":"${name}","listen":"127\\.0\\.0\\.1:\\d+","upstream":"127\\.0\\.0\\.1:9","enabled":true,"Logger":{},"toxics":\\[\\]}$`,
  )
const off = (listen: string) =>
  `{"name":"@x","listen":"${listen}","upstream":"${upstream}","enabled":false,"Logger":{},"toxics":[]}`
const post = (title: string, body: unknown, status: number, answer: string | RegExp) =>
  single(`create: ${title}`, 'POST', '/proxies', body, status, answer)
const local = { name: '@x', listen: '127.0.0.1:0', upstream }
const wrong = (field: string, type: string, value: unknown, given: string) =>
  post(
    `${field} as ${given}`,
    { ...local, [field]: value },
    400,
    badBody(`json: cannot unmarshal ${given} into Go struct field Proxy.${field} of type ${type}`),
  )

export const create: readonly Case[] = [
  post('a port is chosen', local, 201, created('@x')),
  post('localhost is resolved', { ...local, listen: 'localhost:0' }, 201, created('@x')),
  post('an address as given', { ...local, listen: '127.0.0.1:FREE' }, 201, /"listen":"127\.0\.0\.1:FREE"/),
  post('an empty port is 0', { ...local, listen: '127.0.0.1:' }, 201, created('@x')),
  post('enabled', { ...local, enabled: true }, 201, created('@x')),
  post('null for enabled is true', { ...local, enabled: null }, 201, created('@x')),
  post(
    'disabled keeps its listen as typed',
    { ...local, listen: 'localhost:0', enabled: false },
    201,
    off('localhost:0'),
  ),
  post(
    'disabled does not check its listen',
    { ...local, listen: 'garbage', enabled: false },
    201,
    off('garbage'),
  ),
  post('disabled may lack its listen', { name: '@x', upstream, enabled: false }, 201, off('')),
  post(
    'upstream is not checked',
    { ...local, upstream: 'garbage' },
    201,
    /"upstream":"garbage","enabled":true/,
  ),
  post(
    'field names in any case',
    { NAME: '@x', Listen: '127.0.0.1:0', UPSTREAM: upstream },
    201,
    created('@x'),
  ),
  post('unknown fields are passed over', { ...local, foo: { bar: [1] } }, 201, created('@x')),
  post('toxics are passed over', { ...local, toxics: [{ type: 'latency' }] }, 201, created('@x')),
  post(
    'what follows the first value is passed over',
    `{"name":"@x","listen":"127.0.0.1:0","upstream":"${upstream}"} trailing`,
    201,
    created('@x'),
  ),
  post('white space before is passed over', ` \r\n\t${JSON.stringify(local)}`, 201, created('@x')),
  post(
    'of a repeated field the last counts',
    `{"name":"@y","listen":"127.0.0.1:0","upstream":"${upstream}","NAME":"@z","name":"@x"}`,
    201,
    created('@x'),
  ),
  post(
    'HTML characters are escaped',
    { ...local, name: '@x<t>&' },
    201,
    /^{"name":"@x\\u003ct\\u003e\\u0026"/,
  ),
  post('other characters are not', { ...local, name: '@x é "q" \\' }, 201, /^{"name":"@x é \\"q\\" \\\\"/),
  post(
    'escapes are understood',
    `{"name":"@x\\u0041\\n","listen":"127.0.0.1:0","upstream":"${upstream}"}`,
    201,
    /"@xA\\n"/,
  ),
  { ...post('without host', { ...local, listen: ':0' }, 201, created('@x')), differs: 'listen-loopback' },
  { ...post('without listen', { name: '@x', upstream }, 201, created('@x')), differs: 'listen-loopback' },
  { ...post('null for listen', { ...local, listen: null }, 201, created('@x')), differs: 'listen-loopback' },
  post('name is missing', { upstream }, 400, error(400, 'missing required field: name')),
  post('name is empty', { ...local, name: '' }, 400, error(400, 'missing required field: name')),
  post('name is null', { ...local, name: null }, 400, error(400, 'missing required field: name')),
  post('all is missing: name is told first', {}, 400, error(400, 'missing required field: name')),
  post('upstream is missing', { name: '@x' }, 400, error(400, 'missing required field: upstream')),
  post('upstream is empty', { ...local, upstream: '' }, 400, error(400, 'missing required field: upstream')),
  post('null is an empty object', 'null', 400, error(400, 'missing required field: name')),
  post(
    'a known name, before it binds',
    { ...local, name: '@p', listen: 'garbage' },
    409,
    error(409, 'proxy already exists'),
  ),
  post('an empty body', '', 400, badBody('EOF')),
  post('white space only', ' \n', 400, badBody('EOF')),
  post('a truncated object', '{', 400, badBody('unexpected EOF')),
  post('a truncated text', '{"name":"@x', 400, badBody('unexpected EOF')),
  post('a truncated literal', 'tru', 400, badBody('unexpected EOF')),
  post('no JSON', 'hello', 400, badBody("invalid character 'h' looking for beginning of value")),
  post(
    'a key without quotes',
    '{name',
    400,
    badBody("invalid character 'n' looking for beginning of object key string"),
  ),
  post('a key without colon', '{"name" 1', 400, badBody("invalid character '1' after object key")),
  post(
    'values without comma',
    '{"name":"x" "b"',
    400,
    badBody(`invalid character '"' after object key:value pair`),
  ),
  post('elements without comma', '[1 2]', 400, badBody("invalid character '2' after array element")),
  post(
    'a broken literal',
    '{"enabled":trux',
    400,
    badBody("invalid character 'x' in literal true (expecting 'e')"),
  ),
  post('a broken number', '{"enabled":-x', 400, badBody("invalid character 'x' in numeric literal")),
  post('a broken escape', '{"name":"\\x', 400, badBody("invalid character 'x' in string escape code")),
  post(
    'a line break in a text',
    '{"name":"a\nb"}',
    400,
    badBody("invalid character '\\n' in string literal"),
  ),
  ...[
    ['an array', '[]', 'array'],
    ['a text', '"str"', 'string'],
    ['a number', '5', 'number'],
    ['a truth value', 'true', 'bool'],
  ].map(([title, body, kind]) =>
    post(
      `${title} as body`,
      body,
      400,
      badBody(`json: cannot unmarshal ${kind} into Go value of type toxiproxy.Proxy`),
    ),
  ),
  wrong('name', 'string', 5, 'number'),
  wrong('name', 'string', ['a'], 'array'),
  wrong('name', 'string', { a: 1 }, 'object'),
  wrong('name', 'string', true, 'bool'),
  wrong('listen', 'string', 5, 'number'),
  wrong('upstream', 'string', false, 'bool'),
  wrong('enabled', 'bool', 'true', 'string'),
  wrong('enabled', 'bool', 1, 'number'),
  wrong('enabled', 'bool', {}, 'object'),
  post(
    'listen without port',
    { ...local, listen: 'garbage' },
    500,
    error(500, 'listen tcp: address garbage: missing port in address'),
  ),
  post(
    'listen with a port too big',
    { ...local, listen: '127.0.0.1:99999' },
    500,
    error(500, 'listen tcp: address 99999: invalid port'),
  ),
  post(
    'listen with a port below 0',
    { ...local, listen: '127.0.0.1:-1' },
    500,
    error(500, 'listen tcp: address -1: invalid port'),
  ),
  post(
    'listen with an unknown service',
    { ...local, listen: '127.0.0.1:nope' },
    500,
    /^{"error":"listen tcp: lookup tcp\/nope: unknown port","status":500}\n$/,
  ),
  post(
    'listen with too many colons',
    { ...local, listen: '::1:80' },
    500,
    error(500, 'listen tcp: address ::1:80: too many colons in address'),
  ),
  post(
    'listen with an open bracket',
    { ...local, listen: '[::1:80' },
    500,
    error(500, "listen tcp: address [::1:80: missing ']' in address"),
  ),
  post(
    'listen with a host that is no name',
    { ...local, listen: 'a..b:0' },
    500,
    /^{"error":"listen tcp: lookup a\.\.b.*: no such host","status":500}\n$/,
  ),
  post(
    "listen with another machine's address",
    { ...local, listen: '192.0.2.1:26399' },
    500,
    error(500, 'listen tcp 192.0.2.1:26399: bind: cannot assign requested address'),
  ),
  {
    title: 'create: a port in use makes no proxy',
    steps: [
      [
        'POST',
        '/proxies',
        { ...local, listen: '127.0.0.1:TAKEN' },
        500,
        error(500, 'listen tcp 127.0.0.1:TAKEN: bind: address already in use'),
      ],
      ['GET', '/proxies/@x', undefined, 404, error(404, 'proxy not found')],
    ],
  },
  {
    title: 'create: proxies are listed by name, number-like ones too',
    steps: [
      ...['b', '9', '10', 'a'].map(
        name => ['POST', '/proxies', { ...local, name: `@${name}` }, 201, created(`@${name}`)] as const,
      ),
      ['GET', '/proxies', undefined, 200, /^{.*"@10":{"name":"@10".*"@9":{.*"@a":{.*"@b":{/],
    ],
  },
  {
    title: 'create: a name with space and accent is addressed escaped',
    steps: [
      ['POST', '/proxies', { ...local, name: '@sp ace é' }, 201, created('@sp ace é')],
      ['GET', '/proxies/@sp%20ace%20%C3%A9', undefined, 200, created('@sp ace é')],
      ['DELETE', '/proxies/@sp%20ace%20%C3%A9', undefined, 204, ''],
    ],
  },
  {
    title: 'create: a name with a slash is addressed escaped',
    differs: 'slash-names',
    steps: [
      ['POST', '/proxies', { ...local, name: '@a/b' }, 201, created('@a/b')],
      ['GET', '/proxies/@a%2Fb', undefined, 200, created('@a/b')],
      ['DELETE', '/proxies/@a%2Fb', undefined, 204, ''],
      ['GET', '/proxies/@a%2Fb', undefined, 404, error(404, 'proxy not found')],
    ],
  },
]
