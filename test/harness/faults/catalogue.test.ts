import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../../harness/faults/catalogue.ts'
import { layers } from '../../../harness/faults/fault.ts'
import * as forScenarios from '../../../harness/index.ts'
import { runtimeNames } from '../../../harness/stack/driver.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'

describe('catalogue', () => {
  test('has every fault once, under the name of its file', () => {
    const faults = layers.flatMap(layer =>
      readdirSync(join(rootFolder, 'harness/faults', layer))
        .filter(file => file !== 'index.ts' && textOf(layer, file).includes('defineFault('))
        .map(file => `${layer}/${file.replace(/\.ts$/, '')}`),
    )
    expect(catalogue.map(({ layer, kind }) => `${layer}/${kind}`).toSorted()).toEqual(faults.toSorted())
  })

  test('has every fault that a scenario file can import', () => {
    const constructors = Object.values(forScenarios).filter(
      (each): each is typeof forScenarios.latency => typeof each === 'function' && 'definition' in each,
    )
    const kinds = constructors.map(({ definition }) => definition.kind)
    expect(kinds.toSorted()).toEqual(catalogue.map(({ kind }) => kind).toSorted())
  })

  test.each(catalogue)('says of $kind what it does, on which layer and where it runs', entry => {
    expect(entry.kind).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(layers).toContain(entry.layer)
    expect(entry.summary.length).toBeGreaterThan(10)
    expect(entry.runtimes.length).toBeGreaterThan(0)
    for (const runtime of entry.runtimes) expect(runtimeNames).toContain(runtime)
  })

  test('gives parameters as a scenario writes them: what has a default is optional', () => {
    const latency = catalogue.find(({ kind }) => kind === 'latency')
    expect(latency?.params).toMatchObject({
      type: 'object',
      required: ['link', 'latencyMs'],
      additionalProperties: false,
      properties: { jitterMs: { type: 'integer', default: 0 }, stream: { enum: ['upstream', 'downstream'] } },
    })
    // It goes into JSON as it is.
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue)
  })
})

function textOf(layer: string, file: string): string {
  return readFileSync(join(rootFolder, 'harness/faults', layer, file), 'utf8')
}
