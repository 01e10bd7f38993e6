import { describe, expect, test } from 'vitest'
import { startEchoServer, startProxyServer } from '../support.ts'
import { badBody, error, p, table, upstream } from './conformance.ts'

describe('changing proxies', () => {
  table([
    ['shows one', 'GET', '/proxies/p', undefined, 200, p],
    ['changes nothing for an empty object', 'PATCH', '/proxies/p', '{}', 200, p],
    ['takes POST for PATCH', 'POST', '/proxies/p', '{}', 200, p],
    ['ignores a name', 'PATCH', '/proxies/p', { name: 'other' }, 200, p],
    [
      'changes the listen of a disabled one',
      'PATCH',
      '/proxies/p',
      { listen: '127.0.0.1:2' },
      200,
      /"listen":"127.0.0.1:2","upstream":"127.0.0.1:9","enabled":false/,
    ],
    [
      'keeps toxics when upstream changes',
      'PATCH',
      '/proxies/p',
      { upstream: '127.0.0.1:8' },
      200,
      /"upstream":"127.0.0.1:8".*"lat"/,
    ],
    ['accepts an empty upstream', 'PATCH', '/proxies/p', { upstream: '' }, 200, /"upstream":""/],
    ['refuses an empty body', 'PATCH', '/proxies/p', '', 400, badBody('EOF')],
    [
      'refuses a wrong type',
      'PATCH',
      '/proxies/p',
      { enabled: 'no' },
      400,
      badBody('json: cannot unmarshal string into Go struct field Proxy.enabled of type bool'),
    ],
    [
      'refuses a bad listen',
      'PATCH',
      '/proxies/p',
      { listen: 'garbage' },
      500,
      error(500, 'address garbage: missing port in address'),
    ],
    ['misses an unknown one', 'GET', '/proxies/none', undefined, 404, error(404, 'proxy not found')],
    [
      'misses an unknown one before it reads the body',
      'PATCH',
      '/proxies/none',
      'bad',
      404,
      error(404, 'proxy not found'),
    ],
    ['deletes', 'DELETE', '/proxies/p', undefined, 204, ''],
    [
      'misses an unknown one to delete',
      'DELETE',
      '/proxies/none',
      undefined,
      404,
      error(404, 'proxy not found'),
    ],
  ])

  test('changes nothing when the new port is taken', async () => {
    await using server = await startProxyServer()
    await using echo = await startEchoServer()
    await server.proxyTo(echo.port)
    const before = await server.must('GET', '/proxies/p')
    const change = { listen: `127.0.0.1:${echo.port}`, upstream: '127.0.0.1:1' }
    const reply = await server.ask('PATCH', '/proxies/p', change)
    expect(reply.body).toBe(error(500, `listen tcp 127.0.0.1:${echo.port}: bind: address already in use`))
    expect(await server.must('GET', '/proxies/p')).toEqual(before)
  })

  test('enables again on the port it had', async () => {
    await using server = await startProxyServer()
    const port = await server.proxyTo(9)
    expect(await server.must('PATCH', '/proxies/p', { enabled: false })).toMatchObject({ enabled: false })
    expect(await server.must('PATCH', '/proxies/p', { enabled: false })).toMatchObject({ enabled: false })
    const enabled = { enabled: true, listen: `127.0.0.1:${port}` }
    expect(await server.must('PATCH', '/proxies/p', { enabled: true })).toMatchObject(enabled)
  })

  test('resets: enables all, removes all toxics, keeps addresses', async () => {
    await using server = await startProxyServer()
    const port = await server.proxyTo(9)
    await server.must('POST', '/proxies/p/toxics', { type: 'latency' })
    await server.must('PATCH', '/proxies/p', { enabled: false, upstream: '127.0.0.1:2' })
    expect((await server.ask('POST', '/reset', '{}')).status).toBe(204)
    const after = { enabled: true, toxics: [], listen: `127.0.0.1:${port}`, upstream: '127.0.0.1:2' }
    expect(await server.must('GET', '/proxies/p')).toMatchObject(after)
  })

  test('resets the others when the port of one is taken', async () => {
    await using server = await startProxyServer()
    await using taken = await startEchoServer()
    const listen = `127.0.0.1:${taken.port}`
    await server.must('POST', '/proxies', { name: 'a', listen, upstream, enabled: false })
    await server.must('POST', '/proxies', { name: 'b', listen: '127.0.0.1:0', upstream, enabled: false })
    const reply = await server.ask('POST', '/reset')
    expect(reply.body).toBe(error(500, `listen tcp ${listen}: bind: address already in use`))
    expect(await server.must('GET', '/proxies/b')).toMatchObject({ enabled: true })
  })
})
