import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { keyRemoved } from '../../../../harness/faults/key/key-removed.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'
import { operator, password } from '../../../services/auth/helpers.ts'
import { startKeyWorld } from './support.ts'

type World = Awaited<ReturnType<typeof startKeyWorld>>

/** A phone that signs in; gives its access token. */
async function accessToken({ auth }: World): Promise<string> {
  await auth.json('/admin/users', { password, users: [{ prefix: 'user-', count: 1 }] }, operator)
  const { body } = await auth.json('/sign-in', { username: 'user-0', password, kind: 'mobile' })
  return body.access_token
}

const isActive = async ({ auth }: World, token: string) =>
  (await auth.form('/introspect', { token })).body.active

describe('keyRemoved', { timeout: 60_000 }, () => {
  test.each([
    [{ service: '*' }, 'service'],
    [{ emergency: 'yes' }, 'emergency'],
    [{ kid: 'a' }, 'kid'],
  ])('refuses %j', (params, problem) => {
    expect(() => keyRemoved(params as never)).toThrow(ScenarioError)
    expect(() => keyRemoved(params as never)).toThrow(problem)
  })

  test('is aimed at auths, and holds the keys that they share', () => {
    const fault = keyRemoved({})
    expect(fault).toMatchObject({ kind: 'key-removed', layer: 'key', target: 'auth' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['signing-keys:sessions'])
    expect(keyRemoved({ service: 'auth@*' }).holds(cellularFamily)).toHaveLength(4)
    expect(keyRemoved({ service: 'feed' }).problems(family)).toEqual([
      'feed has no signing keys; an auth has',
    ])
    expect(keyRemoved({ service: 'nobody' }).problems(family)).toHaveLength(1)
  })

  test('makes good tokens bad until its undo, and leaves those good that were made meanwhile', async () => {
    await using world = await startKeyWorld()
    const token = await accessToken(world)
    expect(await isActive(world, token)).toBe(true)
    const [kid = ''] = await world.keysSeenByFeed()
    const injected = await world.inject(keyRemoved({}))
    expect(await isActive(world, token)).toBe(false)
    expect(await world.keysSeenByFeed()).not.toContain(kid)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'key-removed',
        target: 'auth-1',
        witness: 'published keys',
        observed: `${kid}, which signed, is not among them`,
      },
    ])
    const meanwhile = await accessToken(world)
    expect(await injected.remains?.()).toHaveLength(1)
    await injected.undo()
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    expect(await injected.evidence()).toEqual([])
    for (const each of [token, meanwhile]) expect(await isActive(world, each)).toBe(true)
  })

  test('is refused by an auth that keeps keys in use, and that is seen', async () => {
    await using world = await startKeyWorld(['jwks-overlap'])
    const token = await accessToken(world)
    const injected = await world.inject(keyRemoved({}))
    expect(await isActive(world, token)).toBe(true)
    expect(await injected.evidence()).toMatchObject([
      { witness: 'auth-1', observed: expect.stringMatching(/^removal of .* refused with 409: .*key_in_use/) },
    ])
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
    // Unless it is declared to be compromised.
    const emergency = await world.inject(keyRemoved({ emergency: true }))
    expect(await isActive(world, token)).toBe(false)
    await emergency.undo()
    expect(await isActive(world, token)).toBe(true)
  })
})
