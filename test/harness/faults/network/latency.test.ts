import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { latency } from '../../../../harness/faults/network/latency.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { links, stackWith, startWorld } from '../support.ts'

const lateMs = 400
const slow = latency({ link: '* -> auth', latencyMs: lateMs })

describe('latency', () => {
  test.each([
    [{ link: 'auth', latencyMs: 1 }, 'write a link as "from -> to"'],
    [{ link: 'feed -> auth', latencyMs: 0 }, 'latencyMs'],
    [{ link: 'feed -> auth', latencyMs: 1.5 }, 'latencyMs'],
    [{ link: 'feed -> auth', latencyMs: 10, jitterMs: -1 }, 'jitterMs'],
    [{ link: 'feed -> auth', latencyMs: 10, toxicity: 1.1 }, 'toxicity'],
    [{ link: 'feed -> auth', latencyMs: 10, stream: 'sideways' }, 'stream'],
    [{ link: 'feed -> auth', latencyMs: 10, latency: 10 }, 'latency'],
  ])('refuses %j', (params, problem) => {
    expect(() => latency(params as never)).toThrow(ScenarioError)
    expect(() => latency(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(slow).toMatchObject({
      kind: 'latency',
      layer: 'network',
      target: '* -> auth',
      connections: 'kept',
    })
    expect(slow.params).toEqual({
      link: '* -> auth',
      latencyMs: lateMs,
      jitterMs: 0,
      stream: 'downstream',
      toxicity: 1,
    })
    expect(slow.problems(family)).toEqual([])
    expect(latency({ link: '* -> nobody', latencyMs: 1 }).problems(family)).toEqual([
      expect.stringMatching(/^no link "\* -> nobody"; there are: internet -> edge, /),
    ])
  })

  test('makes answers late on every link that it names and on no other, and ends with its undo', async () => {
    await using world = await startWorld()
    const before = await world.probe('feed-to-auth')
    const injected = await slow.inject(world.stack)
    const [feed, photos, harness, config] = await Promise.all(
      ['feed-to-auth', 'photos-to-auth', 'harness-to-auth', 'feed-to-config'].map(link => world.probe(link)),
    )
    expect(feed?.ms).toBeGreaterThanOrEqual(lateMs)
    expect(photos?.ms).toBeGreaterThanOrEqual(lateMs)
    // The operators' own link and other links finish first, however slow the machine.
    expect(harness?.ms).toBeLessThan(feed?.ms ?? 0)
    expect(config?.ms).toBeLessThan(feed?.ms ?? 0)
    await injected.undo()
    const after = await world.probe('feed-to-auth')
    expect([before.result, feed?.result, after.result]).toEqual(['answered', 'answered', 'answered'])
    expect(after.ms).toBeLessThan(feed?.ms ?? 0)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('is felt on connections that stand already', async () => {
    await using world = await startWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    await slow.inject(world.stack)
    const seen = await ask()
    expect(seen.result).toBe('answered')
    expect(seen.ms).toBeGreaterThanOrEqual(lateMs)
  })

  test('passes on at its undo what it holds', async () => {
    await using world = await startWorld()
    const injected = await latency({ link: 'feed -> auth', latencyMs: 60_000 }).inject(world.stack)
    const waiting = world.probe('feed-to-auth')
    await expect.poll(() => injected.evidence()).not.toEqual([])
    await injected.undo()
    expect((await waiting).result).toBe('answered')
  })

  test('has evidence on the links with traffic only, from the counters of the proxy', async () => {
    await using world = await startWorld()
    const injected = await slow.inject(world.stack)
    expect(await injected.evidence()).toEqual([])
    await world.probe('feed-to-auth')
    expect(await injected.evidence()).toEqual([
      {
        fault: 'latency',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: expect.stringMatching(/^1 connection and [1-9]\d* bytes touched$/),
      },
    ])
  })

  test('with a toxicity of 0 touches nothing and so has no evidence', async () => {
    await using world = await startWorld()
    const none = latency({ link: 'feed -> auth', latencyMs: 60_000, toxicity: 0 })
    const injected = await none.inject(world.stack)
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
    expect(await injected.evidence()).toEqual([])
  })

  test('can be undone twice, and beside another of its kind', async () => {
    await using world = await startWorld()
    const first = await slow.inject(world.stack)
    const second = await slow.inject(world.stack)
    await first.undo()
    await first.undo()
    expect((await world.probe('feed-to-auth')).ms).toBeGreaterThanOrEqual(lateMs)
    await second.undo()
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('takes off what it has put on when one link fails it', async () => {
    await using world = await startWorld()
    const missing = { name: 'ghost-to-auth', from: 'ghost', to: 'auth' } as const
    const stack = stackWith(world.proxy, [missing, ...links])
    await expect(slow.inject(stack)).rejects.toThrow('no link ghost-to-auth; there are: harness-to-auth, ')
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('says so when its link is not there, and when the proxy is not', async () => {
    await using world = await startWorld()
    await expect(slow.inject(stackWith(world.proxy, []))).rejects.toThrow(
      'latency: no link "* -> auth" in this stack',
    )
    const gone = new ProxyControl('http://127.0.0.1:1')
    await expect(gone.toxics()).rejects.toThrow('the fault proxy cannot be reached at http://127.0.0.1:1')
  })
})
