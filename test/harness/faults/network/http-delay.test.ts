import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { httpDelay } from '../../../../harness/faults/network/http-delay.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startHttpWorld } from './http-world.ts'

const on = { link: '* -> auth' } as const

describe('http-delay', () => {
  test.each([
    [{ ...on }, 'delayMs'],
    [{ ...on, delayMs: 0 }, 'delayMs'],
    [{ ...on, delayMs: 1.5 }, 'delayMs'],
    [{ ...on, delayMs: 5, share: 0.5, every: 2 }, 'give share or every, not both'],
    [{ ...on, delayMs: 5, match: { method: 'GET' } }, 'match.method'],
  ])('refuses %j', (params, problem) => {
    expect(() => httpDelay(params as never)).toThrow(ScenarioError)
    expect(() => httpDelay(params as never)).toThrow(problem)
  })

  test('is aimed at its links, which must speak HTTP', () => {
    const fault = httpDelay({ ...on, delayMs: 5 })
    expect(fault).toMatchObject({ kind: 'http-delay', target: '* -> auth', connections: 'kept' })
    expect(fault.problems(family)).toEqual([])
    expect(httpDelay({ link: '* -> sessions', delayMs: 5 }).problems(family)).toHaveLength(1)
  })

  test('delays the requests that match, never early, and no others of the same connection', async () => {
    await using world = await startHttpWorld()
    const ask = world.caller('feed-to-auth')
    await ask()
    const match = { path: '/session/*' }
    const injected = await httpDelay({ ...on, match, delayMs: 300 }).inject(world.stack)
    const late = await ask('/session/1')
    const other = await ask('/token')
    expect(late.ms).toBeGreaterThanOrEqual(300)
    expect(other.ms).toBeLessThan(late.ms)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'http-delay',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: '1 request on 1 connection touched',
      },
    ])
    expect(await world.connections('feed-to-auth')).toBe(1)
  })

  test('passes on at its undo what waits', async () => {
    await using world = await startHttpWorld()
    const injected = await httpDelay({ ...on, delayMs: 600_000 }).inject(world.stack)
    const waiting = world.caller('feed-to-auth')()
    await expect.poll(() => injected.evidence()).not.toEqual([])
    expect(world.asked).toBe(0)
    await injected.undo()
    expect((await waiting).status).toBe(200)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('has no evidence without traffic that matches', async () => {
    await using world = await startHttpWorld()
    const injected = await httpDelay({ ...on, match: { caller: 'nobody' }, delayMs: 600_000 }).inject(
      world.stack,
    )
    expect((await world.caller('feed-to-auth')()).status).toBe(200)
    expect(await injected.evidence()).toEqual([])
  })
})
