import { describe, expect, test } from 'vitest'
import { familyApps } from '../../../harness/stack/apps.ts'
import { architectures } from '../../../harness/stack/architectures.ts'
import {
  cellularFamily,
  family,
  linksOf,
  operatorAuthOf,
  regions,
  type Topology,
  topologyOf,
} from '../../../harness/stack/topology.ts'

const topologies: [string, Topology][] = [
  ['one auth for all', family],
  ['an auth for each region', cellularFamily],
]

describe.each(topologies)('the family with %s', (_name, topology) => {
  const names = topology.services.map(({ name }) => name)
  const callsOf = (name: string) => topology.services.find(service => service.name === name)?.calls ?? []
  const reach = (name: string): string[] => [name, ...callsOf(name).flatMap(reach)]

  test('has no service twice, and calls, doors and control lead to services that are there', () => {
    expect(new Set(names).size).toBe(names.length)
    const named = [...topology.services.flatMap(({ calls }) => calls), ...topology.doors, ...topology.control]
    expect(named.filter(name => !names.includes(name))).toEqual([])
  })

  test('lets the control group share nothing with the others', () => {
    const others = ['edge-us', ...familyApps].flatMap(reach)
    expect(reach('rival').filter(name => others.includes(name))).toEqual([])
  })

  test('calls nobody in a circle', () => {
    const isInCircle = (name: string, seen: string[]): boolean =>
      seen.includes(name) || callsOf(name).some(next => isInCircle(next, [...seen, name]))
    expect(names.filter(name => isInCircle(name, []))).toEqual([])
  })

  test('lets status depend on the doors alone', () => {
    expect(callsOf('status').toSorted()).toEqual(regions.map(region => `edge-${region}`).toSorted())
  })

  test('can be controlled where its users are made', () => {
    for (const app of [...familyApps, 'rival'])
      for (const region of regions) expect(topology.control).toContain(operatorAuthOf(topology, app, region))
  })

  test('gives every auth a database, and two of a place the same', () => {
    const auths = topology.services.filter(({ program }) => program === 'auth')
    const databaseOf = (name: string) =>
      callsOf(name).filter(to => topology.services.find(each => each.name === to)?.program === 'postgres')
    for (const { name, role, cell } of auths) {
      const twins = auths.filter(each => each.role === role && each.cell === cell)
      expect(databaseOf(name)).toHaveLength(1)
      for (const twin of twins) expect(databaseOf(twin.name)).toEqual(databaseOf(name))
    }
    const databases = topology.services.filter(({ program }) => program === 'postgres')
    expect(databases).toHaveLength(topology.cells.length === 0 ? 2 : 1 + topology.cells.length)
  })
})

test.each(architectures.map(each => [each.name, each] as const))(
  '%s has cells if it says so',
  (_name, each) => {
    expect(topologyOf(each).cells).toEqual(each.mitigations.includes('cells') ? regions : [])
  },
)

describe.each(topologies)('linksOf the family with %s', (_name, topology) => {
  const links = linksOf(topology)

  test('names each link once, by where it comes from and leads to', () => {
    expect(new Set(links.map(({ name }) => name)).size).toBe(links.length)
    for (const { name, from, to } of links) expect(name).toBe(`${from}-to-${to}`)
  })

  test('has a link for each door, for each service that the harness talks to, and for each call', () => {
    const from = (origin: string) => links.filter(link => link.from === origin).map(({ to }) => to)
    expect(from('internet')).toEqual(topology.doors)
    expect(from('harness')).toEqual(topology.control)
    for (const { name, calls } of topology.services) expect(from(name)).toEqual(calls)
  })
})
