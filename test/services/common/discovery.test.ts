import { describe, expect, test } from 'vitest'
import {
  createDirectory,
  type DiscoveryDocument,
  discoverySchema,
} from '../../../services/common/discovery.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

const links = { 'auth-1': 'http://127.0.0.1:1', 'auth-2': 'http://127.0.0.1:2', feed: 'http://127.0.0.1:3' }
const deployed: DiscoveryDocument = { cells: ['us', 'eu'], services: { auth: ['auth-1', 'auth-2'] } }
const both = [links['auth-1'], links['auth-2']]

function directoryWith(...names: Mitigation[]) {
  let document: unknown = deployed
  const logged: string[] = []
  const directory = createDirectory({
    document: () => document as DiscoveryDocument,
    links,
    mitigations: new Set(names),
    log: event => logged.push(event),
  })
  const push = (next: unknown) => {
    document = next
  }
  return { directory, push, logged }
}

/** Documents in which nobody answers for auth any more. */
const withoutAuth: [string, unknown][] = [
  ['an empty list', { cells: [], services: { auth: [] } }],
  ['a missing entry', { cells: [], services: { feed: ['feed'] } }],
  ['no services', { cells: [], services: {} }],
  ['only instances without a link', { cells: [], services: { auth: ['auth-7', 'toString'] } }],
  ['nothing at all', {}],
  ['nonsense', { cells: 7, services: { auth: 'auth-1' } }],
  ['null', { cells: null, services: null }],
]

describe('createDirectory', () => {
  test("gives addresses in the document's order, and none for a service that nobody knows", () => {
    const { directory, push } = directoryWith()
    expect(directory.endpointsOf('auth')).toEqual(both)
    expect(directory.cells()).toEqual(['us', 'eu'])
    expect(directory.endpointsOf('sessions')).toEqual([])
    push({ cells: [], services: { auth: ['auth-2', 'auth-9', 'auth-1', 'auth-2'], 'auth@us': ['auth-1'] } })
    expect(directory.endpointsOf('auth')).toEqual([links['auth-2'], links['auth-1']])
    expect(directory.endpointsOf('auth@us')).toEqual([links['auth-1']])
    expect(directory.cells()).toEqual([])
  })

  test.each(withoutAuth)('without keep-last-endpoints takes a document as it comes: %s', (_, document) => {
    const { directory, push } = directoryWith()
    push(document)
    expect(directory.endpointsOf('auth')).toEqual([])
    expect(directory.cells()).toEqual([])
  })

  test.each(withoutAuth)('keep-last-endpoints: keeps what it had through %s', (_, document) => {
    const { directory, push, logged } = directoryWith('keep-last-endpoints')
    push(document)
    expect(directory.endpointsOf('auth')).toEqual(both)
    expect(directory.endpointsOf('auth')).toEqual(both)
    expect(directory.cells()).toEqual(['us', 'eu'])
    expect(logged).toEqual(['endpoints-kept'])
  })

  test('keep-last-endpoints: honours the withdrawal of one of several, and keeps that one out', () => {
    const { directory, push } = directoryWith('keep-last-endpoints')
    push({ cells: ['us'], services: { auth: ['auth-2'] } })
    expect(directory.endpointsOf('auth')).toEqual([links['auth-2']])
    expect(directory.cells()).toEqual(['us'])
    push({ cells: [], services: { auth: [] } })
    expect(directory.endpointsOf('auth')).toEqual([links['auth-2']])
    push(deployed)
    expect(directory.endpointsOf('auth')).toEqual(both)
  })

  test('keep-last-endpoints: a service that never had an endpoint has none', () => {
    const { directory, push } = directoryWith('keep-last-endpoints')
    push({ cells: [], services: { feed: [] } })
    expect(directory.endpointsOf('feed')).toEqual([])
  })
})

describe('discoverySchema', () => {
  test('takes an empty list, and is empty by default', () => {
    expect(discoverySchema.parse({ services: { auth: [] } })).toEqual({ cells: [], services: { auth: [] } })
    expect(discoverySchema.parse({})).toEqual({ cells: [], services: {} })
  })

  test.each([
    { services: { auth: 'auth-1' } },
    { services: { auth: [''] } },
    { cells: 'us' },
    { services: [] },
  ])('refuses %j', document => {
    expect(discoverySchema.safeParse(document).success).toBe(false)
  })
})
