import { describe, expect, test } from 'vitest'
import { startEchoServer, startProxyServer } from '../support.ts'
import { type Case, p, table, upstream } from './conformance.ts'

describe('populating', () => {
  const entry = 'struct { toxiproxy.Proxy; Enabled *bool \\"json:\\\\\\"enabled\\\\\\"\\" }'
  const failed = (status: number, text: string) => `{"error":"${text}","status":${status},"proxies":null}`
  const post = (title: string, body: unknown, status: number, answer: string | RegExp): Case => [
    title,
    'POST',
    '/populate',
    body,
    status,
    answer,
  ]
  table([
    post(
      'makes several',
      [
        { name: 'a', upstream },
        { name: 'b', upstream, enabled: false },
      ],
      201,
      /^{"proxies":\[{"name":"a".*"enabled":true.*},{"name":"b".*"enabled":false.*}\]}$/,
    ),
    post('answers null for an empty array', '[]', 201, '{"proxies":null}'),
    post('answers null for null', 'null', 201, '{"proxies":null}'),
    post(
      'keeps an equal one, its toxics and its state',
      [{ name: 'p', listen: '127.0.0.1:1', upstream }],
      201,
      `{"proxies":[${p}]}`,
    ),
    post(
      'refuses an object',
      '{}',
      400,
      failed(400, `bad request body: json: cannot unmarshal object into Go value of type []${entry}`),
    ),
    post('refuses an empty body', '', 400, failed(400, 'bad request body: EOF')),
    post('refuses a truncated body', '[{', 400, failed(400, 'bad request body: unexpected EOF')),
    post(
      'demands an upstream',
      [{ name: 'a' }],
      400,
      failed(400, 'missing required field: upstream at proxy 1'),
    ),
    post(
      'refuses a bad listen for a known name',
      [{ name: 'p', listen: 'garbage', upstream }],
      500,
      failed(500, 'address garbage: missing port in address'),
    ),
  ])

  test('makes nothing when an entry lacks its name', async () => {
    await using server = await startProxyServer()
    const reply = await server.ask('POST', '/populate', [{ name: 'a', upstream }, { upstream }])
    expect(reply.body).toBe(failed(400, 'missing required field: name at proxy 2'))
    expect((await server.ask('GET', '/proxies')).body).toBe('{}')
  })

  test('replaces one whose upstream differs, without its toxics', async () => {
    await using server = await startProxyServer()
    const port = await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { type: 'latency' })
    const request = { name: 'p', listen: `localhost:${port}`, upstream: '127.0.0.1:8' }
    const { proxies } = (await server.must('POST', '/populate', [request])) as { proxies: unknown[] }
    expect(proxies).toMatchObject([{ listen: `127.0.0.1:${port}`, upstream: '127.0.0.1:8', toxics: [] }])
  })

  test('stops at the first that fails, and keeps what it could not replace', async () => {
    await using server = await startProxyServer()
    await using taken = await startEchoServer()
    await server.proxyTo(9)
    const before = await server.must('GET', '/proxies/p')
    const listen = `127.0.0.1:${taken.port}`
    const requests = [
      { name: 'a', upstream },
      { name: 'p', listen, upstream },
      { name: 'z', upstream },
    ]
    const reply = await server.ask('POST', '/populate', requests)
    expect(reply.status).toBe(500)
    expect(JSON.parse(reply.body)).toMatchObject({
      error: `listen tcp ${listen}: bind: address already in use`,
      proxies: [{ name: 'a' }],
    })
    expect(await server.must('GET', '/proxies/p')).toEqual(before)
    expect((await server.ask('GET', '/proxies/z')).status).toBe(404)
  })
})
