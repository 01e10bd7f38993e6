import { describe, expect, test } from 'vitest'
import { startEchoServer, startProxyServer } from '../support.ts'
import { badBody, type Case, error, table, upstream } from './conformance.ts'

describe('creating proxies', () => {
  const created = (name: string) =>
    new RegExp(
      `^{"name":"${name}","listen":"127\\.0\\.0\\.1:\\d+","upstream":"127\\.0\\.0\\.1:9","enabled":true,"Logger":{},"toxics":\\[\\]}$`,
    )
  const off = (listen: string) =>
    `{"name":"x","listen":"${listen}","upstream":"${upstream}","enabled":false,"Logger":{},"toxics":[]}`
  const post = (title: string, body: unknown, status: number, answer: string | RegExp): Case => [
    title,
    'POST',
    '/proxies',
    body,
    status,
    answer,
  ]
  table([
    post('chooses a port', { name: 'x', listen: '127.0.0.1:0', upstream }, 201, created('x')),
    post('resolves localhost', { name: 'x', listen: 'localhost:0', upstream }, 201, created('x')),
    post('listens on this machine only if no listen is given', { name: 'x', upstream }, 201, created('x')),
    post(
      'listens on this machine only if no host is given',
      { name: 'x', listen: ':0', upstream },
      201,
      created('x'),
    ),
    post('takes null for enabled as true', { name: 'x', upstream, enabled: null }, 201, created('x')),
    post(
      'keeps the listen of a disabled one as typed',
      { name: 'x', listen: 'localhost:0', upstream, enabled: false },
      201,
      off('localhost:0'),
    ),
    post(
      'does not check the listen of a disabled one',
      { name: 'x', listen: 'garbage', upstream, enabled: false },
      201,
      off('garbage'),
    ),
    post('does not check the upstream', { name: 'x', upstream: 'garbage' }, 201, /"upstream":"garbage"/),
    post('matches field names in any case', { NAME: 'x', UPSTREAM: upstream }, 201, created('x')),
    post(
      'ignores unknown fields and toxics',
      { name: 'x', upstream, foo: 1, toxics: [{ type: 'latency' }] },
      201,
      created('x'),
    ),
    post(
      'ignores what follows the first value',
      `{"name":"x","upstream":"${upstream}"} trailing`,
      201,
      created('x'),
    ),
    post('escapes HTML characters', { name: '<t>&', upstream }, 201, /^{"name":"\\u003ct\\u003e\\u0026"/),
    post('demands a name', { upstream }, 400, error(400, 'missing required field: name')),
    post('demands the name first', {}, 400, error(400, 'missing required field: name')),
    post('demands an upstream', { name: 'x' }, 400, error(400, 'missing required field: upstream')),
    post('takes null as an empty object', 'null', 400, error(400, 'missing required field: name')),
    post(
      'refuses a known name before it binds',
      { name: 'p', listen: 'garbage', upstream },
      409,
      error(409, 'proxy already exists'),
    ),
    post('refuses an empty body', '', 400, badBody('EOF')),
    post('refuses a truncated body', '{', 400, badBody('unexpected EOF')),
    post(
      'refuses what is not JSON',
      'hello',
      400,
      badBody("invalid character 'h' looking for beginning of value"),
    ),
    post(
      'refuses an array',
      '[]',
      400,
      badBody('json: cannot unmarshal array into Go value of type toxiproxy.Proxy'),
    ),
    post(
      'refuses a string',
      '"str"',
      400,
      badBody('json: cannot unmarshal string into Go value of type toxiproxy.Proxy'),
    ),
    post(
      'refuses a name that is a number',
      { name: 5, upstream },
      400,
      badBody('json: cannot unmarshal number into Go struct field Proxy.name of type string'),
    ),
    post(
      'refuses enabled as text',
      { name: 'x', upstream, enabled: 'true' },
      400,
      badBody('json: cannot unmarshal string into Go struct field Proxy.enabled of type bool'),
    ),
    post(
      'refuses a listen without port',
      { name: 'x', listen: 'garbage', upstream },
      500,
      error(500, 'listen tcp: address garbage: missing port in address'),
    ),
    post(
      'refuses a port that is too big',
      { name: 'x', listen: '127.0.0.1:99999', upstream },
      500,
      error(500, 'listen tcp: address 99999: invalid port'),
    ),
    post(
      'refuses an unknown service name',
      { name: 'x', listen: '127.0.0.1:nope', upstream },
      500,
      error(500, 'listen tcp: lookup tcp/nope: unknown port'),
    ),
    post(
      'refuses an address of another machine',
      { name: 'x', listen: '192.0.2.1:26399', upstream },
      500,
      error(500, 'listen tcp 192.0.2.1:26399: bind: cannot assign requested address'),
    ),
  ])

  test('refuses a port in use and does not create the proxy', async () => {
    await using server = await startProxyServer()
    await using taken = await startEchoServer()
    const listen = `127.0.0.1:${taken.port}`
    const reply = await server.ask('POST', '/proxies', { name: 'x', listen, upstream })
    expect(reply.body).toBe(error(500, `listen tcp ${listen}: bind: address already in use`))
    expect((await server.ask('GET', '/proxies/x')).status).toBe(404)
  })

  test('lists proxies sorted by name, number-like ones too', async () => {
    await using server = await startProxyServer()
    for (const name of ['b', '9', '10', 'a']) await server.must('POST', '/proxies', { name, upstream })
    const { body } = await server.ask('GET', '/proxies')
    expect([...body.matchAll(/"name":"([^"]*)"/g)].map(found => found[1])).toEqual(['10', '9', 'a', 'b'])
  })

  test('addresses a name with a slash or a space by its escaped form', async () => {
    await using server = await startProxyServer()
    for (const name of ['a/b', 'sp ace é']) {
      await server.must('POST', '/proxies', { name, upstream })
      const path = `/proxies/${encodeURIComponent(name)}`
      expect(await server.must('GET', path)).toMatchObject({ name })
      expect((await server.ask('DELETE', path)).status).toBe(204)
    }
    expect((await server.ask('GET', '/proxies')).body).toBe('{}')
  })
})
