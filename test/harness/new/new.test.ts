import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import { catalogue, constructorOf } from '../../../harness/faults/catalogue.ts'
import { linksNamed } from '../../../harness/faults/links.ts'
import { newFault } from '../../../harness/new/new-fault.ts'
import { newScenario } from '../../../harness/new/new-scenario.ts'
import { newEntry } from '../../../harness/new/own-list.ts'
import { sourceOf } from '../../../harness/new/source.ts'
import { usualFault } from '../../../harness/new/usual-faults.ts'
import { loadScenarios } from '../../../harness/run/load-scenarios.ts'
import { defineApps, ownApps } from '../../../harness/stack/apps.ts'
import { knownArchitectures } from '../../../harness/stack/architectures.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'
import { cellularFamily, family, linksOf } from '../../../harness/stack/topology.ts'

const importFrom = join(rootFolder, 'harness/index.ts')
let folder: string
beforeAll(() => {
  mkdirSync(join(rootFolder, '.vitest'), { recursive: true })
  folder = mkdtempSync(join(rootFolder, '.vitest', 'new-'))
})
afterAll(() => {
  defineApps([])
  rmSync(folder, { recursive: true, force: true })
})

const put = (path: string, text: string) => {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

describe('the usual fault', () => {
  test.each(catalogue.map(({ kind }) => kind))('%s can be made, and fits every family', kind => {
    const { params } = usualFault(kind) ?? { params: undefined }
    const fault = constructorOf(kind)?.(params)
    for (const topology of [family, cellularFamily])
      expect(fault?.problems(topology).filter(problem => !/part|replica/.test(problem))).toEqual([])
    if (typeof fault?.params.link === 'string')
      expect(linksNamed(fault.params.link as `${string} -> ${string}`, linksOf(family), family)).not.toEqual(
        [],
      )
  })

  test('is none of a kind that there is not', () => expect(usualFault('nope')).toBeUndefined())
})

describe('a new scenario', () => {
  const given = { title: "It isn't there", cause: 'network', scope: ['feed', ':mobile'], importFrom } as const

  test('loads, for one fault and for several, whatever they are', async () => {
    const plain = catalogue.map(({ kind }) => kind)
    for (const kind of plain) put(`all/one-${kind}.ts`, newScenario({ ...given, faults: [kind] }))
    put('all/two.ts', newScenario({ ...given, faults: ['down', 'pause'] }))
    const loaded = await loadScenarios(join(folder, 'all'))
    expect(loaded.map(({ name }) => name).sort()).toEqual([...plain.map(kind => `one-${kind}`), 'two'].sort())
    const two = loaded.find(({ name }) => name === 'two')?.scenario
    expect(two?.title).toBe("It isn't there")
    expect(two?.scope).toEqual([{ app: 'feed' }, { surface: 'mobile' }])
    expect(two?.schedule.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [5_500, 11_500],
      [12_500, 18_500],
    ])
  }, 60_000)

  test.each([
    [{ faults: ['nope'] }, 'no fault "nope"'],
    [{ faults: ['down'], scope: [''] }, '--scope ""'],
    [{ faults: ['down'], scope: ['feed:screen'] }, 'feed:screen'],
    [{ faults: ['down'], scope: ['feed web'] }, 'feed web'],
  ])('is refused for %j', (wrong, told) => {
    expect(() => newScenario({ ...given, ...wrong })).toThrow(UsageError)
    expect(() => newScenario({ ...given, ...wrong })).toThrow(told)
  })
})

test('a new fault can be used by a scenario', async () => {
  put(
    'own/faults/slow-keys.ts',
    newFault({ kind: 'slow-keys', layer: 'key', summary: 'Keys come late', importFrom }),
  )
  const text = newScenario({ title: 'x', cause: 'key', faults: ['down'], scope: [], importFrom })
  put(
    'own/mine.ts',
    `import { slowKeys } from './faults/slow-keys.ts'\n${text.replace(/down\(\{.*?\}\)/, 'slowKeys({})')}`,
  )
  const [mine] = await loadScenarios(join(folder, 'own'))
  expect(mine?.scenario.schedule[0]?.fault).toMatchObject({
    kind: 'slow-keys',
    layer: 'key',
    target: 'config',
  })
})

describe.each(['app', 'architecture'] as const)('a new %s', kind => {
  const file = () => join(folder, kind, `${kind}s.ts`)
  const add = (name: string) => {
    const definition =
      kind === 'app'
        ? { title: "People's pay", surfaces: ['web', 'api'] }
        : { base: 'hardened', without: ['bulkhead'] }
    put(`${kind}/${kind}s.ts`, newEntry({ file: file(), kind, name, definition, importFrom }))
  }

  test('goes into a file of its own, and then beside the others', async () => {
    add('one')
    add('other')
    await loadScenarios(join(folder, kind))
    const own = kind === 'app' ? ownApps() : knownArchitectures().filter(({ base }) => base !== undefined)
    expect(own.map(({ name }) => name)).toEqual(['one', 'other'])
  })

  test('is refused where it is there, or where there is no list', () => {
    add('twice')
    expect(() => add('twice')).toThrow(/"twice" already/)
    put(`${kind}/${kind}s.ts`, 'export default undefined\n')
    expect(() => add('nowhere')).toThrow(UsageError)
  })
})

test.each([
  [{ a: 1_234_567, 'b-c': ["it's"], d: {} }, "{ a: 1_234_567, 'b-c': ['it\\'s'], d: {} }"],
  ['line\nbreak "quoted" \\ back', `'line\\nbreak "quoted" \\\\ back'`],
  [-3_600_000, '-3_600_000'],
  [0.05, '0.05'],
])('%j as source', (value, text) => expect(sourceOf(value)).toBe(text))
