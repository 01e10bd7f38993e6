import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { httpCut } from '../../../../harness/faults/network/http-cut.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startHttpWorld } from './http-world.ts'

const on = { link: 'feed -> auth' } as const

describe('http-cut', () => {
  test.each([
    [{}, 'link'],
    [{ ...on, afterBytes: -1 }, 'afterBytes'],
    [{ ...on, how: 'drop' }, 'how'],
    [{ ...on, share: 0.5, every: 2 }, 'give share or every, not both'],
  ])('refuses %j', (params, problem) => {
    expect(() => httpCut(params as never)).toThrow(ScenarioError)
    expect(() => httpCut(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must speak HTTP', () => {
    const fault = httpCut(on)
    expect(fault).toMatchObject({ kind: 'http-cut', target: 'feed -> auth', connections: 'cut' })
    expect(fault.params).toEqual({ ...on, match: {}, share: 1, afterBytes: 0, how: 'reset' })
    expect(fault.problems(family)).toEqual([])
    expect(httpCut({ link: '* -> sessions' }).problems(family)).toHaveLength(1)
  })

  test.each([
    ['reset', 0],
    ['reset', 10],
    ['close', 10],
  ] as const)(
    'ends answers by a %s after %d bytes, and the service knows nothing of it',
    async (how, afterBytes) => {
      await using world = await startHttpWorld()
      const ask = world.caller('feed-to-auth')
      const before = await ask()
      const injected = await httpCut({ ...on, match: { path: '/introspect' }, afterBytes, how }).inject(
        world.stack,
      )
      const seen = await ask()
      expect(seen).toMatchObject({ status: 200, body: before.body.slice(0, afterBytes), error: 'ECONNRESET' })
      expect(world.asked).toBe(2)
      expect(await ask('/token')).toMatchObject({ status: 200, error: undefined })
      expect(await injected.evidence()).toMatchObject([{ observed: '1 request on 1 connection touched' }])
      await injected.undo()
      expect(await ask()).toMatchObject({ body: before.body, error: undefined })
      expect(await world.connections('feed-to-auth')).toBe(2)
    },
  )

  test('does not touch answers that are not longer, and has no evidence then', async () => {
    await using world = await startHttpWorld()
    const injected = await httpCut({ ...on, afterBytes: 10_000 }).inject(world.stack)
    expect(await world.caller('feed-to-auth')()).toMatchObject({ status: 200, error: undefined })
    expect(await injected.evidence()).toEqual([])
    await injected.undo()
    await injected.undo()
  })
})
