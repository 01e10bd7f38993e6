import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { discoveryLoss, withoutEndpoints } from '../../../../harness/faults/network/discovery-loss.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import { cellularFamily, family, type Topology } from '../../../../harness/stack/topology.ts'
import { createDirectory, discoverySchema } from '../../../../services/common/discovery.ts'
import type { Mitigation } from '../../../../services/common/mitigations.ts'
import { startConfigWorld } from '../config/support.ts'
import { startWorld } from '../support.ts'

const links = { 'auth-1': 'http://one', 'auth-2': 'http://two' }
const endpoints = ['http://one', 'http://two']
const all = (topology: Topology) =>
  (firstDocuments(topology).discovery as { services: Record<string, string[]> }).services

describe('withoutEndpoints', () => {
  const servicesAfter = (topology: Topology, given: Parameters<typeof withoutEndpoints>[1]) => {
    const document = firstDocuments(topology).discovery
    const after = withoutEndpoints(document, given, topology) as { services: object }
    expect({ ...after, services: all(topology) }).toEqual(document)
    return after.services
  }

  test('empties the list of a service, or takes it away', () => {
    expect(servicesAfter(family, {})).toEqual({ auth: [] })
    expect(servicesAfter(family, { as: 'missing' })).toEqual({})
  })

  test('means the first cell, another or all of them', () => {
    expect(servicesAfter(cellularFamily, {})).toEqual({ ...all(cellularFamily), 'auth@us': [] })
    expect(servicesAfter(cellularFamily, { service: 'auth@eu' })).toEqual({
      ...all(cellularFamily),
      'auth@eu': [],
    })
    expect(servicesAfter(cellularFamily, { service: 'auth@*', as: 'missing' })).toEqual({})
    expect(servicesAfter(family, { service: 'auth@eu' })).toEqual({ auth: [] })
  })

  test('says whom discovery knows', () => {
    expect(() => withoutEndpoints({ services: { auth: [] } }, { service: 'feed' }, family)).toThrow(
      new HarnessError('discovery knows no "feed"; there are: auth'),
    )
  })
})

describe('discoveryLoss', () => {
  test.each([
    [{ form: 'all' }, 'form'],
    [{ service: 'auth@' }, 'service'],
    [{ as: 'gone' }, 'as'],
    [{ form: 'endpoints', link: '* -> config' }, 'link to "watch"'],
    [{ form: 'watch', service: 'auth' }, 'service and as belong'],
    [{ form: 'watch', link: 'config' }, 'link'],
  ])('refuses %j', (params, problem) => {
    expect(() => discoveryLoss(params as never)).toThrow(ScenarioError)
    expect(() => discoveryLoss(params as never)).toThrow(problem)
  })

  test('is aimed at what discovery knows, or at links to config', () => {
    expect(discoveryLoss({})).toMatchObject({ layer: 'network', target: 'discovery of auth' })
    expect(discoveryLoss({}).problems(family)).toEqual([])
    expect(discoveryLoss({ service: 'auth@*' }).problems(cellularFamily)).toEqual([])
    expect(discoveryLoss({ service: 'auth@mars' }).problems(cellularFamily)).toEqual([
      'discovery knows no "auth@mars"; there are: auth@us, auth@eu, auth@asia, auth@me',
    ])
    expect(discoveryLoss({ form: 'watch' })).toMatchObject({ target: '* -> config' })
    expect(discoveryLoss({ form: 'watch' }).problems(family)).toEqual([])
    expect(discoveryLoss({ form: 'watch', link: 'rival -> config' }).problems(family)).toHaveLength(1)
    expect(discoveryLoss({}).holds(family)).toEqual(['document:discovery'])
    expect(discoveryLoss({ form: 'watch' }).holds(family)).toEqual([])
  })

  test.each(['empty', 'missing'] as const)(
    'leaves a caller with nobody to ask (%s), but not one that keeps what it had',
    async as => {
      await using world = await startConfigWorld({ staged: true })
      const directoryOf = async (name: string, mitigations: Mitigation[]) => {
        const options = { document: 'discovery', schema: discoverySchema, mitigations }
        const client = await world.client(name, options)
        const log = () => {}
        return createDirectory({ document: client.current, links, mitigations: new Set(mitigations), log })
      }
      const believer = await directoryOf('feed', [])
      const keeper = await directoryOf('photos', ['keep-last-endpoints', 'config-validation'])
      expect([believer, keeper].map(each => each.endpointsOf('auth'))).toEqual([endpoints, endpoints])
      const injected = await discoveryLoss({ as }).inject(world.stack)
      // A registry publishes to everybody at once.
      const rollout = await new ConfigControl(world.stack).rollout('discovery')
      expect(rollout).toMatchObject({ version: 2, state: 'promoted', stages: 1 })
      expect(believer.endpointsOf('auth')).toEqual([])
      expect(keeper.endpointsOf('auth')).toEqual(endpoints)
      // Both took it: it was the endpoints that were kept, not the document that was refused.
      const evidence = await injected.evidence()
      expect(evidence.map(({ witness, observed }) => `${witness}: ${observed}`).toSorted()).toEqual([
        'acknowledgement of feed: version 2 applied',
        'acknowledgement of photos: version 2 applied',
      ])
      await injected.undo()
      expect([believer, keeper].map(each => each.endpointsOf('auth'))).toEqual([endpoints, endpoints])
      expect(await injected.remains?.()).toEqual([])
    },
  )

  test('lets watches hang, and only those, until it is undone', async () => {
    await using world = await startWorld()
    const watcher = world.caller('feed-to-config')
    expect((await watcher()).result).toBe('answered')
    const injected = await discoveryLoss({ form: 'watch' }).inject(world.stack)
    expect((await world.probe('feed-to-config', 500)).result).toBe('no answer')
    // The connection that it had is gone too.
    expect((await watcher(500)).result).toBe('no answer')
    expect((await world.probe('feed-to-auth')).result).toBe('answered')
    expect(await injected.evidence()).toMatchObject([
      { fault: 'discovery-loss', target: 'feed -> config', witness: 'fault proxy' },
    ])
    await injected.undo()
    expect((await world.probe('feed-to-config')).result).toBe('answered')
  })
})
