import { describe, expect, test } from 'vitest'
import { firstDocuments } from '../../../harness/stack/documents.ts'
import { family, linksOf } from '../../../harness/stack/topology.ts'

const names = family.services.map(({ name }) => name)

describe('family', () => {
  test('has no service twice, and calls, doors and control lead to services that are there', () => {
    expect(new Set(names).size).toBe(names.length)
    const named = [
      ...family.services.flatMap(({ calls }) => Object.values(calls)),
      ...family.doors,
      ...family.control,
    ]
    expect(named.filter(name => !names.includes(name))).toEqual([])
  })

  test('gives each service with a configuration a first document, and no other', () => {
    const configured = family.services
      .filter(({ calls }) => calls.config !== undefined)
      .map(({ name }) => name)
    expect(Object.keys(firstDocuments).toSorted()).toEqual(configured.toSorted())
  })

  test('lets the control group share nothing with the others', () => {
    const callsOf = (name: string) =>
      Object.values(family.services.find(service => service.name === name)?.calls ?? {})
    const reach = (name: string): string[] => [name, ...callsOf(name).flatMap(reach)]
    const shared = reach('rival').filter(name => reach('edge-us').includes(name))
    expect(shared).toEqual([])
  })

  test('calls nobody in a circle', () => {
    const callsOf = (name: string) =>
      Object.values(family.services.find(service => service.name === name)?.calls ?? {})
    const isInCircle = (name: string, seen: string[]): boolean =>
      seen.includes(name) || callsOf(name).some(next => isInCircle(next, [...seen, name]))
    expect(names.filter(name => isInCircle(name, []))).toEqual([])
  })
})

describe('linksOf', () => {
  const links = linksOf(family)

  test('names each link once, by where it comes from and leads to', () => {
    expect(new Set(links.map(({ name }) => name)).size).toBe(links.length)
    for (const { name, from, to } of links) expect(name).toBe(`${from}-to-${to}`)
  })

  test('has a link for each door, for each service that the harness talks to, and for each call', () => {
    const from = (origin: string) => links.filter(link => link.from === origin).map(({ to }) => to)
    expect(from('internet')).toEqual(family.doors)
    expect(from('harness')).toEqual(family.control)
    for (const { name, calls } of family.services) expect(from(name)).toEqual(Object.values(calls))
  })
})
