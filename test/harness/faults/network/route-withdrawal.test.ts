import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { routeWithdrawal } from '../../../../harness/faults/network/route-withdrawal.ts'
import { cellularFamily, family, linksOf } from '../../../../harness/stack/topology.ts'
import { fewServices, startWorld } from '../support.ts'

const fault = routeWithdrawal({ service: 'auth' })

describe('route-withdrawal', () => {
  test.each([
    [{}, 'service'],
    [{ service: '*' }, 'not *'],
    [{ service: 'auth', from: 'feed' }, 'from'],
    [{ service: 'auth', link: 'feed -> auth' }, 'link'],
  ])('refuses %j', (params, problem) => {
    expect(() => routeWithdrawal(params as never)).toThrow(ScenarioError)
    expect(() => routeWithdrawal(params as never)).toThrow(problem)
  })

  test('is aimed at a service that somebody calls, and has all links to it for itself', () => {
    expect(fault).toMatchObject({
      kind: 'route-withdrawal',
      layer: 'network',
      target: 'auth',
      connections: 'cut',
      runtimes: { containers: 'imitated', processes: 'imitated' },
    })
    expect(fault.problems(family)).toEqual([])
    const toAuth = linksOf(family).filter(({ from, to }) => from !== 'harness' && /^auth-\d$/.test(to))
    expect(fault.holds(family)).toEqual(toAuth.map(({ name }) => `link:${name}`))
    expect(routeWithdrawal({ service: 'edge@eu' }).holds(cellularFamily)).toEqual([
      'link:internet-to-edge-eu',
      'link:status-to-edge-eu',
    ])
    expect(routeWithdrawal({ service: 'edge@eu', from: 'internet' }).holds(family)).toEqual([
      'link:internet-to-edge-eu',
    ])
  })

  test.each([
    [{ service: 'oath' }, 'no service "oath"; there are: sessions, auth, '],
    [{ service: 'auth', from: 'internet' }, 'no link leads to auth from the internet'],
  ] as const)('says what is wrong with %j', (params, problem) => {
    expect(routeWithdrawal(params).problems(family)).toEqual([expect.stringContaining(problem)])
  })

  test('lets nobody reach the service, who all know it at once, until its undo', async () => {
    await using world = await startWorld()
    const ask = world.caller('photos-to-auth')
    await ask()
    const injected = await fault.inject({ ...world.stack, topology: fewServices })
    expect((await world.probe('feed-to-auth')).result).toBe('ECONNREFUSED')
    expect((await ask()).result).toMatch(/^ECONN(REFUSED|RESET)$/)
    // It still reaches others, the harness reaches it, and nothing else is touched.
    for (const link of ['harness-to-auth', 'feed-to-config'])
      expect((await world.probe(link)).result).toBe('answered')
    expect((await injected.evidence()).map(({ target, witness }) => `${target}, ${witness}`)).toEqual([
      'feed -> auth, fault proxy',
      'feed -> auth, connection attempt',
      'photos -> auth, fault proxy',
      'photos -> auth, connection attempt',
    ])
    await injected.undo()
    await injected.undo()
    for (const link of ['feed-to-auth', 'photos-to-auth'])
      expect((await world.probe(link)).result).toBe('answered')
    expect(await injected.evidence()).toEqual([])
    expect(await injected.remains?.()).toEqual([])
  })
})
