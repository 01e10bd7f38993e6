import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { byLayer, faultTable, parametersOf, whereOf } from '../../../harness/cli/fault-listing.ts'
import { type CatalogueEntry, catalogue } from '../../../harness/faults/catalogue.ts'
import { layers } from '../../../harness/faults/fault.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'

function entryOf(change: Partial<CatalogueEntry>): CatalogueEntry {
  const params = z.toJSONSchema(z.object({ link: z.string() }), { io: 'input' })
  return {
    kind: 'odd',
    layer: 'network',
    summary: 'Odd | even',
    params,
    runtimes: ['containers', 'processes', 'simulation'],
    imitated: [],
    needs: [],
    ...change,
  }
}

describe('the short form of parameters', () => {
  const shortOf = (schema: z.ZodType) => parametersOf(z.toJSONSchema(schema, { io: 'input' }))

  test('says ranges, choices, what there is without saying, and what may be left out', () => {
    const params = z.strictObject({
      link: z.string(),
      latencyMs: z.number().int().min(1).max(600),
      cpus: z.number().min(0.1).optional(),
      count: z.number().int(),
      stream: z.enum(['upstream', 'downstream']).default('downstream'),
      body: z.string().default(''),
      staged: z.boolean().default(false),
      change: z.record(z.string(), z.unknown()),
    })
    expect(shortOf(params)).toEqual([
      'link',
      'latencyMs 1..600',
      'cpus? 0.1..',
      'count integer',
      'stream upstream|downstream = downstream',
      'body = ""',
      'staged boolean = false',
      'change object',
    ])
  })

  test('puts the forms of a fault together that has several', () => {
    const params = z.union([
      z.strictObject({ form: z.literal('a'), one: z.string() }),
      z.strictObject({ form: z.literal('b'), two: z.string() }),
    ])
    expect(shortOf(params)).toEqual(['form a', 'one', 'form b', 'two'])
  })
})

describe('where a fault runs', () => {
  test.each([
    [{}, ''],
    [{ needs: ['tls', 'replica'] as const }, 'needs tls, replica'],
    [{ imitated: ['processes'] as const }, 'containers, processes (imitated)'],
    [
      { runtimes: ['containers'] as const, needs: ['tls'] as const },
      'containers; not in simulation; needs tls',
    ],
  ])('of %j is "%s"', (change, where) => {
    expect(whereOf(entryOf(change))).toBe(where)
  })
})

describe('the table', () => {
  test('has a row for each fault, by layer and name, and each layer once', () => {
    const table = faultTable([
      entryOf({ kind: 'kill', layer: 'process', runtimes: ['processes'], imitated: ['processes'] }),
      entryOf({ kind: 'slow', needs: ['http-toxics'] }),
      entryOf({ kind: 'down' }),
    ])
    expect(table).toEqual([
      '| layer | fault | what happens | parameters | containers | processes | needs |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| network | `down` | Odd \\| even | `link` | real | real | |',
      '| | `slow` | Odd \\| even | `link` | real | real | `http-toxics` |',
      '| process | `kill` | Odd \\| even | `link` | no | imitated | |',
    ])
  })

  test('keeps the order of the layers', () => {
    const order = byLayer(catalogue).map(({ layer }) => layer)
    expect([...new Set(order)]).toEqual(layers.filter(layer => order.includes(layer)))
  })

  test('is in the guide as it is: `firebreak list --markdown` writes it', () => {
    const guide = readFileSync(join(rootFolder, 'docs/faults.md'), 'utf8').split('\n')
    const from = guide.findIndex(line => line.startsWith('| layer | fault |'))
    const length = guide.slice(from).findIndex(line => !line.startsWith('|'))
    expect(guide.slice(from, from + length)).toEqual(faultTable(catalogue))
  })
})
