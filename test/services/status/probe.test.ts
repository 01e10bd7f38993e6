import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { hostFetch } from '../../../services/status/host-fetch.ts'
import { classify, lookAt, probe } from '../../../services/status/probe.ts'
import { targetsOf } from '../../../services/status/prober.ts'
import { edgesIn, familyProducts, productsSchema } from '../../../services/status/products.ts'

const feed = { app: 'feed', title: 'Feed', surfaces: ['web' as const, 'mobile' as const] }
const limits = { slowMs: 1_000, timeoutMs: 50 }

describe('a look at an app', () => {
  test.each([
    [200, 10, 200, 'ok'],
    [401, 10, 401, 'ok'],
    [200, 1_000, 200, 'slow'],
    [503, 10, 200, 'error'],
    [404, 10, 200, 'error'],
    [200, 10, 401, 'error'],
  ])('with status %i after %i ms, where %i is expected, is %s', (status, latencyMs, expected, result) => {
    expect(classify({ status, latencyMs }, expected, limits)).toBe(result)
  })

  test('goes to the web surface, or asks the API without a token', () => {
    expect(lookAt(feed)).toEqual({ path: '/sign-in', status: 200 })
    expect(lookAt({ ...feed, surfaces: ['api'] })).toEqual({ path: '/v1/messages', status: 401 })
    expect(lookAt({ ...feed, surfaces: ['mobile'] })).toEqual({ path: '/api/content', status: 401 })
  })

  test('reaches the app by its name through a real socket, and tells how it failed', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(`${request.headers.host} ${request.url}`)
      if (request.headers.host?.startsWith('feed')) response.end('hello')
      else if (request.headers.host?.startsWith('ads')) response.writeHead(503).end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const edge = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const look = (app: string, at = edge) =>
      probe({ ...feed, app }, { region: 'us', edge: at }, { slowMs: 5_000, timeoutMs: 300 }, hostFetch)
    expect(await look('feed')).toMatchObject({ result: 'ok', status: 200 })
    expect(await look('ads')).toMatchObject({ result: 'error', status: 503 })
    expect(await look('chat')).toMatchObject({ result: 'timeout' })
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    expect(await look('feed')).toMatchObject({ result: 'unreachable' })
    expect(seen).toEqual([
      'feed.us.localhost /sign-in',
      'ads.us.localhost /sign-in',
      'chat.us.localhost /sign-in',
    ])
  })
})

describe('what is looked at', () => {
  test('is every product in every region once, neighbours in different regions', () => {
    const edges = { us: 'http://us', eu: 'http://eu', asia: 'http://asia', me: 'http://me' }
    const targets = targetsOf(familyProducts, edges).map(({ product, region }) => `${product.app} ${region}`)
    expect(new Set(targets).size).toBe(28)
    expect(targets.length).toBe(28)
    expect(targets.slice(0, 5)).toEqual(['feed us', 'messenger eu', 'photos asia', 'chat me', 'ads us'])
    expect(targetsOf(familyProducts, {})).toEqual([])
  })

  test('are the edges among the links', () => {
    expect(
      edgesIn({ 'edge-us': 'http://a/', 'edge-me': 'http://b', config: 'http://c', edge: 'http://d' }),
    ).toEqual({
      us: 'http://a',
      me: 'http://b',
    })
  })

  test('are products that stand once each, under a plain name', () => {
    expect(productsSchema.safeParse(familyProducts).success).toBe(true)
    for (const products of [[], [feed, feed], [{ ...feed, app: '<b>' }], [{ ...feed, surfaces: [] }]])
      expect(productsSchema.safeParse(products).success).toBe(false)
  })
})
