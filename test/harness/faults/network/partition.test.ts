import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { partition } from '../../../../harness/faults/network/partition.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { fewServices, startWorld } from '../support.ts'

/** A stack whose runtime cannot take a service off its network, or can, of which it then keeps a list. */
function stackOf(world: Awaited<ReturnType<typeof startWorld>>, can = false) {
  const away = new Set<string>()
  const services = {
    isolate: async (name: string) => {
      if (can) away.add(name)
      return can
    },
    rejoin: async (name: string) => void away.delete(name),
  }
  return { away, stack: { ...world.stack, topology: fewServices, services } as unknown as Stack }
}

describe('partition', () => {
  test.each([
    [{}, 'give service or between'],
    [{ service: 'auth', between: ['feed', 'auth'] }, 'give service or between'],
    [{ between: ['feed'] }, 'between'],
    [{ service: '*' }, 'not *'],
  ])('refuses %j', (params, problem) => {
    expect(() => partition(params as never)).toThrow(ScenarioError)
    expect(() => partition(params as never)).toThrow(problem)
  })

  test('is aimed at its service or at both sides, and has those and their links for itself', () => {
    const alone = partition({ service: 'auth-2' })
    expect(alone).toMatchObject({
      kind: 'partition',
      layer: 'network',
      target: 'auth-2',
      runtimes: { containers: 'real', processes: 'imitated' },
    })
    expect(alone.problems(family)).toEqual([])
    expect(alone.holds(family)).toContain('instance:auth-2')
    expect(alone.holds(family)).toContain('link:feed-to-auth-2')
    expect(alone.holds(family)).toContain('link:auth-2-to-sessions')
    expect(alone.holds(family)).not.toContain('link:feed-to-auth-1')
    const between = partition({ between: ['sessions', 'auth'] })
    expect(between.target).toBe('sessions | auth')
    expect(between.holds(family)).toEqual(['link:auth-1-to-sessions', 'link:auth-2-to-sessions'])
  })

  test.each([
    [{ service: 'oath' }, 'no service "oath"'],
    [{ between: ['feed', 'oath'] }, 'no service "oath"'],
    [{ between: ['feed', 'rival'] }, 'no link between feed and rival'],
  ] as const)('says what is wrong with %j', (params, problem) => {
    expect(partition(params as never).problems(family)).toEqual([expect.stringContaining(problem)])
  })

  test('leaves who asks a service, and whom it asks, without a word, until its undo', async () => {
    await using world = await startWorld()
    const { stack } = stackOf(world)
    const injected = await partition({ service: 'feed' }).inject(stack)
    for (const link of ['feed-to-auth', 'feed-to-config'])
      expect((await world.probe(link, 300)).result).toBe('no answer')
    expect((await world.probe('photos-to-auth')).result).toBe('answered')
    expect((await injected.evidence()).map(({ fault, target }) => `${fault} ${target}`)).toEqual([
      'partition feed -> auth',
      'partition feed -> config',
    ])
    await injected.undo()
    await injected.undo()
    for (const link of ['feed-to-auth', 'feed-to-config'])
      expect((await world.probe(link)).result).toBe('answered')
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('swallows what crosses both ways on connections that stand', async () => {
    await using world = await startWorld()
    const { stack } = stackOf(world)
    const ask = world.caller('feed-to-auth')
    await ask()
    await partition({ service: 'auth' }).inject(stack)
    expect((await ask(300)).result).toBe('no answer')
    const toxics = (await world.proxy.states())['feed-to-auth']?.toxics ?? []
    expect(toxics.map(({ stream }) => stream).toSorted()).toEqual(['downstream', 'upstream'])
    // The harness itself is on nobody's side.
    expect((await world.probe('harness-to-auth')).result).toBe('answered')
  })

  test('between two sides leaves all others to both', async () => {
    await using world = await startWorld()
    // Even where a service could leave the network: it is not cut off from everybody.
    const { stack, away } = stackOf(world, true)
    await partition({ between: ['auth', 'feed'] }).inject(stack)
    expect([...away]).toEqual([])
    expect((await world.probe('feed-to-auth', 300)).result).toBe('no answer')
    for (const link of ['feed-to-config', 'photos-to-auth'])
      expect((await world.probe(link)).result).toBe('answered')
  })

  test('takes a service off its network where the runtime can, and puts it back', async () => {
    await using world = await startWorld()
    const { stack, away } = stackOf(world, true)
    const injected = await partition({ service: 'feed' }).inject(stack)
    expect([...away]).toEqual(['feed'])
    expect(await world.proxy.toxics()).toEqual([])
    await injected.undo()
    expect([...away]).toEqual([])
  })

  test('that fails half-way puts back who has left', async () => {
    await using world = await startWorld()
    const { stack, away } = stackOf(world, true)
    const { isolate } = stack.services
    const stumbling = (name: string) => (name === 'photos' ? Promise.reject(new Error('no')) : isolate(name))
    const topology = {
      ...fewServices,
      services: fewServices.services.map(service =>
        service.name === 'auth' ? service : { ...service, role: 'app' },
      ),
    }
    const services = { ...stack.services, isolate: stumbling }
    await expect(partition({ service: 'app' }).inject({ ...stack, topology, services })).rejects.toThrow('no')
    expect([...away]).toEqual([])
  })
})
