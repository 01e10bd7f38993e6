import { describe, expect, test } from 'vitest'
import { startProxyServer } from '../support.ts'
import { table } from './conformance.ts'

const notFound = '404 page not found\n'

describe('routing', () => {
  table([
    ['answers the version', 'GET', '/version', undefined, 200, '{"version": "2.12.0"}\n'],
    ['knows no trailing slash', 'GET', '/version/', undefined, 404, notFound],
    ['knows no root', 'GET', '/', undefined, 404, notFound],
    ['knows no other path', 'GET', '/nope', undefined, 404, notFound],
    ['knows no path with a broken escape', 'GET', '/proxies/%zz', undefined, 404, notFound],
    ['refuses a wrong method', 'PUT', '/proxies', '{}', 405, ''],
    ['refuses HEAD', 'HEAD', '/proxies/p', undefined, 405, ''],
    ['refuses OPTIONS', 'OPTIONS', '/proxies', undefined, 405, ''],
    ['redirects a doubled slash', 'GET', '//proxies', undefined, 301, ''],
  ])

  test('sends the headers that clients see', async () => {
    await using server = await startProxyServer()
    const version = await server.ask('GET', '/version')
    const missing = await server.ask('GET', '/proxies/none')
    const unrouted = await server.ask('GET', '/nope')
    expect(version.headers.get('content-type')).toBe('application/json;charset=utf-8')
    expect(version.headers.get('x-toxiproxy-request-id')).toMatch(/^[0-9a-v]{20}$/)
    expect(missing.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(missing.headers.get('x-content-type-options')).toBe('nosniff')
    expect(unrouted.headers.get('x-toxiproxy-request-id')).toBeNull()
    expect((await server.ask('GET', '//proxies')).headers.get('location')).toBe('/proxies')
  })

  test('refuses browsers on known paths only', async () => {
    await using server = await startProxyServer()
    const headers = { 'User-Agent': 'Mozilla/5.0 (X11)' }
    const known = await fetch(`${server.apiUrl}/proxies`, { headers })
    expect([known.status, await known.text()]).toEqual([403, 'User agent not allowed\n'])
    expect((await fetch(`${server.apiUrl}/nope`, { headers })).status).toBe(404)
  })
})
