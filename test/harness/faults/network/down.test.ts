import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { down } from '../../../../harness/faults/network/down.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { links, startWorld } from '../support.ts'

const fault = down({ link: 'feed -> auth' })

describe('down', () => {
  test.each([
    [{}, 'link'],
    [{ link: 'feed -> auth', established: 'kept' }, 'established'],
    [{ link: 'feed -> auth', toxicity: 0.5 }, 'toxicity'],
  ])('refuses %j', (params, problem) => {
    expect(() => down(params as never)).toThrow(ScenarioError)
    expect(() => down(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there, and which it has for itself', () => {
    expect(fault).toMatchObject({
      kind: 'down',
      layer: 'network',
      target: 'feed -> auth',
      connections: 'cut',
    })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['link:feed-to-auth-1', 'link:feed-to-auth-2'])
    expect(down({ link: 'harness -> auth' }).problems(family)).toHaveLength(1)
  })

  test('refuses new connections, and lets them in again after its undo', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    expect((await world.probe('feed-to-auth')).result).toBe('ECONNREFUSED')
    expect((await world.probe('photos-to-auth')).result).toBe('answered')
    expect(await injected.remains?.()).toEqual(['link feed-to-auth is down'])
    await injected.undo()
    await injected.undo()
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
    expect(await injected.remains?.()).toEqual([])
  })

  test.each(['cut', 'reset'] as const)('ends connections that stand: %s', async established => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    await down({ link: 'feed -> auth', established }).inject(world.stack)
    expect((await ask()).result).toBe('ECONNREFUSED')
  })

  test('leaves them until they end by themselves, where it is told to drain', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    await down({ link: 'feed -> auth', established: 'drain' }).inject(world.stack)
    expect((await ask()).result).toBe('answered')
    expect((await world.probe('feed-to-auth')).result).toBe('ECONNREFUSED')
  })

  test('stays on when the service behind the link is found at another address', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    const { upstream = '' } = (await world.proxy.states())['feed-to-auth'] ?? {}
    for (const link of links.filter(({ name }) => name === 'feed-to-auth')) {
      await world.proxy.connect(link, '127.0.0.1:1')
      await world.proxy.connect(link, upstream)
    }
    expect((await world.probe('feed-to-auth')).result).toBe('ECONNREFUSED')
    await injected.undo()
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
  })

  test('has the proxy and a connection attempt as its witnesses', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    const injected = await fault.inject(world.stack)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'down',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: expect.stringMatching(/^down since 2.*Z; connections: 1 before, 0 now, 0 came$/),
      },
      { fault: 'down', target: 'feed -> auth', witness: 'connection attempt', observed: 'ECONNREFUSED' },
    ])
    await injected.undo()
    expect(await injected.evidence()).toEqual([])
  })

  test('puts up again what it has taken down when it cannot take down the rest', async () => {
    await using world = await startWorld()
    const { proxy } = world
    const stumbling = {
      ...world.stack,
      proxy: Object.assign(Object.create(proxy), {
        disable: (link: string) =>
          link === 'photos-to-auth' ? Promise.reject(new Error('no')) : proxy.disable(link, 'cut'),
        enable: (link: string) => proxy.enable(link),
        evidence: () => proxy.evidence(),
      }),
    }
    await expect(down({ link: '* -> auth' }).inject(stumbling)).rejects.toThrow('no')
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
  })
})
