import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { httpStatus } from '../../../../harness/faults/network/http-status.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startHttpWorld } from './http-world.ts'

const on = { link: 'feed -> auth' } as const
const busy = httpStatus({ ...on, status: 503, headers: { 'Retry-After': '3' }, body: 'busy' })

describe('http-status', () => {
  test.each([
    [{ status: 503 }, 'link'],
    [{ ...on }, 'status'],
    [{ ...on, status: 101 }, 'status'],
    [{ ...on, status: 503, share: 2 }, 'share'],
    [{ ...on, status: 503, every: 0 }, 'every'],
    [{ ...on, status: 503, share: 0.5, every: 2 }, 'give share or every, not both'],
    [{ ...on, status: 503, match: { path: 'introspect' } }, 'match.path'],
    [{ ...on, status: 503, match: { route: '/' } }, 'route'],
    [{ ...on, status: 503, headers: { 'Content-Length': '3' } }, 'Content-Length cannot be changed'],
    [{ ...on, status: 204, body: 'x' }, 'an answer of this status has none'],
    [{ ...on, status: 503, toxicity: 1 }, 'toxicity'],
  ])('refuses %j', (params, problem) => {
    expect(() => httpStatus(params as never)).toThrow(ScenarioError)
    expect(() => httpStatus(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there and speak HTTP', () => {
    expect(busy).toMatchObject({
      kind: 'http-status',
      layer: 'network',
      target: 'feed -> auth',
      connections: 'kept',
      needs: ['http-toxics'],
    })
    expect(busy.params).toEqual({
      ...on,
      match: {},
      share: 1,
      status: 503,
      body: 'busy',
      headers: { 'Retry-After': '3' },
    })
    expect(busy.problems(family)).toEqual([])
    expect(busy.holds(family)).toEqual([])
    expect(httpStatus({ link: '* -> nobody', status: 503 }).problems(family)).toEqual([
      expect.stringMatching(/^no link "\* -> nobody"; there are: /),
    ])
    expect(httpStatus({ link: '* -> sessions', status: 503 }).problems(family)).toEqual([
      '"* -> sessions" names only links to a database, and those do not speak HTTP',
    ])
    expect(httpStatus({ link: 'auth -> *', status: 503 }).problems(family)).toEqual([])
  })

  test('answers without the service on connections that stand, until its undo', async () => {
    await using world = await startHttpWorld()
    const ask = world.caller('feed-to-auth')
    const before = await ask()
    const injected = await busy.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    const seen = await ask()
    expect(seen).toMatchObject({ status: 503, body: 'busy', headers: { 'retry-after': '3' } })
    expect((await world.caller('photos-to-auth')()).status).toBe(200)
    expect(world.asked).toBe(2)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'http-status',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: '1 request on 1 connection touched',
      },
    ])
    await injected.undo()
    await injected.undo()
    expect(await ask()).toMatchObject({ status: 200, body: before.body })
    expect(await world.connections('feed-to-auth')).toBe(1)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('answers only requests of its route, method and caller', async () => {
    await using world = await startHttpWorld()
    const match = { method: ['POST'], path: '/introspect', caller: 'feed' }
    await httpStatus({ link: '* -> auth', match, status: 500 }).inject(world.stack)
    const [feed, photos] = [world.caller('feed-to-auth'), world.caller('photos-to-auth')]
    const statuses = [
      await feed('/introspect?x=1'),
      await feed('/token'),
      await feed('/introspect', { method: 'GET' }),
      await photos('/introspect'),
    ].map(({ status }) => status)
    expect(statuses).toEqual([500, 200, 200, 200])
  })

  test('answers every so many, or a share of them', async () => {
    await using world = await startHttpWorld()
    const ask = world.caller('feed-to-auth')
    const injected = await httpStatus({ ...on, every: 3, limit: 2, status: 500 }).inject(world.stack)
    const statuses: number[] = []
    for (let index = 0; index < 12; index += 1) statuses.push((await ask()).status)
    expect(statuses).toEqual([200, 200, 500, 200, 200, 500, 200, 200, 200, 200, 200, 200])
    await injected.undo()
    const half = await httpStatus({ ...on, share: 0.5, status: 500 }).inject(world.stack)
    let refused = 0
    for (let index = 0; index < 100; index += 1) refused += (await ask()).status === 500 ? 1 : 0
    // Outside of this once in a million runs.
    expect(refused).toBeGreaterThan(25)
    expect(refused).toBeLessThan(75)
    expect((await half.evidence())[0]?.observed).toBe(`${refused} requests on 1 connection touched`)
  })

  test('leaves a database alone that its pattern names too', async () => {
    await using world = await startHttpWorld()
    await httpStatus({ link: '* -> *', status: 500 }).inject(world.stack)
    const links = (await world.proxy.toxics()).map(({ link }) => link)
    expect(links.toSorted()).toEqual(['feed-to-auth', 'photos-to-auth'])
  })
})
