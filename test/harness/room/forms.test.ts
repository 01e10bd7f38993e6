import { describe, expect, test } from 'vitest'
import { catalogue } from '../../../harness/faults/catalogue.ts'
import { type Field, formOf } from '../../../harness/room/forms.ts'
import { family } from '../../../harness/stack/topology.ts'

const world = { runtime: 'processes', features: new Set<string>(), topology: family }
const formFor = (kind: string) => {
  const entry = catalogue.find(each => each.kind === kind)
  if (!entry) throw new Error(`no ${kind}`)
  return formOf(entry, world)
}
const fieldOf = (kind: string, name: string): Field | undefined =>
  formFor(kind).variants[0]?.fields.find(field => field.name === name)

describe('the form of', () => {
  test.each(catalogue.map(({ kind }) => kind))('%s has a field for each of its parameters', kind => {
    const { variants } = formFor(kind)
    expect(variants.length).toBeGreaterThan(0)
    for (const { fields } of variants) {
      for (const { kind: type, choices } of fields) if (type === 'choice') expect(choices).not.toEqual([])
      expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
    }
    // Each is told apart from the others of the same fault.
    expect(new Set(variants.map(({ name }) => name)).size).toBe(variants.length)
  })

  test('a fault with numbers has their bounds and what is usual', () => {
    expect(fieldOf('latency', 'latencyMs')).toMatchObject({ kind: 'number', isRequired: true, min: 1 })
    expect(fieldOf('slow-store', 'store')).toMatchObject({
      kind: 'text',
      isRequired: false,
      usual: 'sessions',
    })
    expect(fieldOf('latency', 'stream')).toMatchObject({
      kind: 'choice',
      choices: ['upstream', 'downstream'],
    })
  })

  test('a fault suggests what there is', () => {
    expect(fieldOf('down', 'link')?.suggestions).toEqual(
      expect.arrayContaining(['* -> auth', 'feed -> auth']),
    )
    expect(fieldOf('kill', 'service')?.suggestions).toEqual(expect.arrayContaining(['auth', 'feed']))
    expect(fieldOf('slow-store', 'store')?.suggestions).toEqual(['sessions', 'rival-sessions'])
  })

  test('a fault that the stack cannot have says why', () => {
    expect(formFor('replica-lag').missing).toContain('--parts replica')
    expect(formFor('down').missing).toBeUndefined()
    const entry = catalogue.find(({ kind }) => kind === 'replica-lag')
    if (entry) expect(formOf(entry, { ...world, features: new Set(['replica']) }).missing).toBeUndefined()
  })
})
