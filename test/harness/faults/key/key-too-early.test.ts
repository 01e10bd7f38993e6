import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { keyTooEarly } from '../../../../harness/faults/key/key-too-early.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { operator } from '../../../services/auth/helpers.ts'
import { startKeyWorld } from './support.ts'

describe('keyTooEarly', { timeout: 60_000 }, () => {
  test.each([
    [{ service: '*' }, 'service'],
    [{ publishAfterMs: 1 }, 'publishAfterMs'],
  ])('refuses %j', (params, problem) => {
    expect(() => keyTooEarly(params as never)).toThrow(ScenarioError)
    expect(() => keyTooEarly(params as never)).toThrow(problem)
  })

  test('is aimed at auths, and holds the keys that they share', () => {
    const fault = keyTooEarly({})
    expect(fault).toMatchObject({
      kind: 'key-too-early',
      layer: 'key',
      target: 'auth',
      needs: ['http-toxics'],
    })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['signing-keys:sessions'])
    expect(keyTooEarly({ service: 'sessions' }).problems(family)).toHaveLength(1)
  })

  test('signs with a key that no service is given, until its undo', async () => {
    await using world = await startKeyWorld()
    const before = await world.keysSeenByFeed()
    const injected = await world.inject(keyTooEarly({}))
    const { body } = await world.auth.send('/admin/keys', { headers: operator })
    const signing = body.keys.find(({ state }: { state: string }) => state === 'signing').kid
    expect(before).not.toContain(signing)
    expect(await world.keysSeenByFeed()).toEqual(before)
    expect(await injected.evidence()).toEqual([
      { fault: 'key-too-early', target: 'auth-1', witness: 'auth-1', observed: `${signing} is signing` },
      expect.objectContaining({ target: 'feed -> auth-1', witness: 'fault proxy' }),
    ])
    await injected.undo()
    await injected.undo()
    expect(await world.keysSeenByFeed()).toContain(signing)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('comes to nothing where a key is published before it signs, and that is seen', async () => {
    await using world = await startKeyWorld(['jwks-overlap'])
    await world.keysSeenByFeed()
    const injected = await world.inject(keyTooEarly({}))
    expect(await injected.evidence()).toMatchObject([{ observed: expect.stringMatching(/ is pending$/) }])
    await injected.undo()
  })
})
