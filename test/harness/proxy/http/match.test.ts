import { describe, expect, test } from 'vitest'
import { requestHead } from '../../../../harness/proxy/http/head.ts'
import { callerOf, matcher } from '../../../../harness/proxy/http/match.ts'
import { basic, mirror, startHttp } from './support.ts'

function request(line: string, fields: string[] = []) {
  const head = requestHead.parse(`${[`${line} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`)
  if (head === undefined) throw new Error(`no head: ${line}`)
  return head
}

describe('a path', () => {
  test.each([
    ['/a', '/a', true],
    ['/a', '/a?b=c', true],
    ['/a', '/a/', false],
    ['/a', '/A', false],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/', false],
    ['/a/*', '/a/b/c', false],
    ['/*/c', '/b/c', true],
    ['/a/**', '/a/b/c?d', true],
    ['/a/**', '/a/', true],
    ['/a/**', '/a', false],
    ['/**', '/', true],
    ['/a', 'http://host:80/a?b', true],
    ['/', 'http://host', true],
    ['/**', '*', false],
  ])('%s, asked for %s: %j', (path, target, expected) => {
    expect(matcher({ path })(request(`GET ${target}`))).toBe(expected)
  })
})

test('all that is given must fit', () => {
  const fits = matcher({ method: ['post', 'PUT'], path: '/a', header: { 'X-A': '1', 'x-b': '*' } })
  const fields = ['x-a: 1', 'X-B: any']
  expect(fits(request('POST /a', fields))).toBe(true)
  expect(fits(request('PUT /a', fields))).toBe(true)
  expect(fits(request('GET /a', fields))).toBe(false)
  expect(fits(request('POST /b', fields))).toBe(false)
  expect(fits(request('POST /a', ['x-a: 1']))).toBe(false)
  expect(fits(request('POST /a', ['x-a: 2', 'x-b: any']))).toBe(false)
  expect(fits(request('POST /a', ['x-a: 1', 'x-a: 1', 'x-b: any']))).toBe(false)
})

test.each([
  [basic('feed'), 'feed'],
  [basic('a:b c/ü'), 'a:b c/ü'],
  [`Basic ${Buffer.from('a+b:c').toString('base64')}`, 'a b'],
  [`basic ${Buffer.from('feed:').toString('base64')}`, 'feed'],
  [`Basic ${Buffer.from('feed').toString('base64')}`, undefined],
  [`Basic ${Buffer.from('%zz:x').toString('base64')}`, undefined],
  ['Basic !', undefined],
  ['Bearer abc', undefined],
])('knows the caller of %j', (authorization, caller) => {
  expect(callerOf(request('GET /', [`Authorization: ${authorization}`]))).toBe(caller)
})

describe('of the requests that match', () => {
  const answer = { status: 503 }

  async function statuses(attributes: object, clients: number, random?: () => number) {
    await using world = await startHttp(mirror, random)
    await world.addToxic({ match: { path: '/a', caller: 'feed' }, ...attributes, answer })
    const asks = Array.from({ length: clients }, () => world.client())
    const seen: number[] = []
    for (let index = 0; index < 9; index += 1) {
      const ask = asks[index % clients]
      // What does not match is not counted.
      await ask?.('/b', { headers: { authorization: basic('feed') } })
      await ask?.('/a', { headers: { authorization: basic('photos') } })
      seen.push((await ask?.('/a', { headers: { authorization: basic('feed') } }))?.status ?? 0)
    }
    const { requests } = await world.toxic()
    expect(requests).toBe(seen.filter(status => status === 503).length)
    return seen.map(status => (status === 503 ? 'x' : '.')).join('')
  }

  test('takes all', async () => {
    expect(await statuses({}, 2)).toBe('xxxxxxxxx')
  })

  test('takes every third, over all connections', async () => {
    expect(await statuses({ every: 3 }, 2)).toBe('..x..x..x')
  })

  test('takes at most so many', async () => {
    expect(await statuses({ limit: 2 }, 2)).toBe('xx.......')
    expect(await statuses({ limit: 2, every: 2 }, 1)).toBe('.x.x.....')
  })

  test('takes a share, drawn for each request and not for each connection', async () => {
    // The first draw is for the connection's toxicity.
    const draws = [0, 0.1, 0.6, 0.4, 0.5, 0.9, 0.49, 0.7, 0, 0.8]
    expect(await statuses({ share: 0.5 }, 1, () => draws.shift() ?? 1)).toBe('x.x..x.x.')
  })

  test('takes none of a share of 0', async () => {
    expect(await statuses({ share: 0 }, 1)).toBe('.........')
  })
})
