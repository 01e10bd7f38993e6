import { describe, expect, test } from 'vitest'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { environmentOf, newSecrets } from '../../../harness/stack/environment.ts'
import { withParts } from '../../../harness/stack/stack-parts.ts'
import { cellularFamily, family, linksOf } from '../../../harness/stack/topology.ts'

const addedTo = (before: typeof family, after: typeof family) =>
  after.services
    .filter(({ name }) => !before.services.some(each => each.name === name))
    .map(({ name }) => name)

describe('withParts', () => {
  test('leaves a stack as it is that asks for none', () => {
    expect(withParts(family, [])).toBe(family)
    expect(withParts(family, ['tls', 'replica'])).toBe(family)
  })

  test('adds two caches, and auth alone calls them', () => {
    const topology = withParts(family, ['session-cache'])
    expect(addedTo(family, topology)).toEqual(['session-cache', 'session-cache-spare'])
    const callers = linksOf(topology).filter(({ to }) => to.startsWith('session-cache'))
    expect(callers.map(({ from }) => from)).toEqual([
      'harness',
      'harness',
      'auth-1',
      'auth-1',
      'auth-2',
      'auth-2',
    ])
    expect(withParts(topology, ['lookaside-cache', 'cached-settings'])).toBe(topology)
  })

  test('gives each cell its own', () => {
    const topology = withParts(cellularFamily, ['audit'])
    expect(addedTo(cellularFamily, topology)).toEqual(['audit-us', 'audit-eu', 'audit-asia', 'audit-me'])
    const calls = (name: string) => topology.services.find(service => service.name === name)?.calls
    expect(calls('auth-eu-2')).toContain('audit-eu')
    expect(calls('auth-eu-2')).not.toContain('audit-us')
  })

  test('tells auth what is cached, and nobody else', () => {
    const told = (name: string, ...features: string[]) => {
      const topology = withParts(family, features)
      const service = topology.services.find(each => each.name === name)
      if (!service) throw new Error(`no ${name}`)
      return environmentOf(service, {
        topology,
        architecture: architectureOf('hardened'),
        secrets: newSecrets(topology),
        addressOf: (from, to) => `${from}--${to}:1`,
        features: new Set(features),
      })
    }
    expect(told('auth-1').CACHE).toBeUndefined()
    expect(told('auth-1', 'session-cache').CACHE).toBe('record')
    expect(told('auth-1', 'lookaside-cache')).toMatchObject({ CACHE: 'look-aside' })
    expect(told('auth-1', 'lookaside-cache').SETTINGS).toBeUndefined()
    expect(told('auth-1', 'cached-settings')).toMatchObject({ SETTINGS: 'cached' })
    expect(told('rival-auth', 'session-cache').CACHE).toBeUndefined()
    expect(JSON.parse(told('auth-2', 'session-cache').LINKS ?? '')).toMatchObject({
      'session-cache': 'http://auth-2--session-cache:1',
    })
  })
})
