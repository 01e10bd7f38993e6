import { describe, expect, test } from 'vitest'
import { familyApps } from '../../../harness/stack/apps.ts'
import { deployedDiscovery, firstDocuments } from '../../../harness/stack/documents.ts'
import { cellularFamily, family, type Topology } from '../../../harness/stack/topology.ts'
import { appConfigSchema, defaultAppConfig } from '../../../services/app/app-config.ts'
import { authConfigSchema, defaultAuthConfig } from '../../../services/auth/config.ts'
import { discoverySchema } from '../../../services/common/discovery.ts'
import { edgeConfigSchema } from '../../../services/edge/edge.ts'

const topologies: [string, Topology][] = [
  ['one auth for all', family],
  ['cells', cellularFamily],
]
const schemaOf = (name: string) => {
  if (name === 'discovery') return discoverySchema
  if (name === 'edge') return edgeConfigSchema
  return name === 'auth' ? authConfigSchema : appConfigSchema
}

describe.each(topologies)('the first documents of a family with %s', (_name, topology) => {
  const documents = firstDocuments(topology)

  test.each(Object.entries(documents))('%s: its service takes all of it as it is', (name, document) => {
    expect(schemaOf(name).parse(document)).toEqual(document)
  })

  // A service that has not heard from config yet must behave as one that has.
  test('are what auth and the apps begin with anyway', () => {
    expect(documents.auth).toEqual(defaultAuthConfig)
    for (const app of familyApps) expect(documents[app], app).toEqual(defaultAppConfig)
  })

  test('are one for each role that asks config, and discovery', () => {
    const asking = topology.services.filter(({ calls }) => calls.includes('config')).map(({ role }) => role)
    expect(Object.keys(documents).toSorted()).toEqual([...new Set(asking), 'discovery'].toSorted())
  })

  test('let edges route every app to what they call', () => {
    const { routes } = edgeConfigSchema.parse(documents.edge)
    expect(Object.keys(routes).toSorted()).toEqual([...familyApps].toSorted())
    for (const { calls } of topology.services.filter(({ program }) => program === 'edge'))
      for (const target of Object.values(routes)) expect(calls).toContain(target)
  })

  test('name only auths that every app of the family has a link to', () => {
    const named = Object.values(discoverySchema.parse(documents.discovery).services).flat()
    for (const app of topology.services.filter(({ role }) => familyApps.some(each => each === role)))
      for (const auth of named) expect(app.calls, app.name).toContain(auth)
  })

  test('say what the family was deployed with', () => {
    for (const { name, program, ...rest } of topology.services) {
      if (name === 'rival' || (program !== 'app' && program !== 'edge')) continue
      expect(deployedDiscovery(topology, { name, program, ...rest }), name).toEqual(documents.discovery)
    }
  })

  test('leave the control group with its own auth, and no cells', () => {
    const rival = topology.services.find(({ name }) => name === 'rival')
    expect(rival && deployedDiscovery(topology, rival)).toEqual({
      cells: [],
      services: { auth: ['rival-auth'] },
    })
  })
})

test('without cells there is one auth of two instances', () => {
  expect(firstDocuments(family).discovery).toEqual({ cells: [], services: { auth: ['auth-1', 'auth-2'] } })
})

test('with cells there is one for each, in the order in which changes reach them', () => {
  expect(firstDocuments(cellularFamily).discovery).toEqual({
    cells: ['us', 'eu', 'asia', 'me'],
    services: {
      'auth@us': ['auth-us-1', 'auth-us-2'],
      'auth@eu': ['auth-eu-1', 'auth-eu-2'],
      'auth@asia': ['auth-asia-1', 'auth-asia-2'],
      'auth@me': ['auth-me-1', 'auth-me-2'],
    },
  })
})
