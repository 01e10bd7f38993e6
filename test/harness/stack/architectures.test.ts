import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import {
  architecture,
  architectureNames,
  architectureOf,
  architectures,
  defineArchitectures,
  entryFor,
  knownArchitectures,
  mitigations,
} from '../../../harness/stack/architectures.ts'
import { loadOwn } from '../../../harness/stack/load-own.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'
import { mitigationsSchema, mitigations as ofServices } from '../../../services/common/mitigations.ts'

afterEach(() => defineArchitectures([]))

describe('architectures', () => {
  test("know the services' own mitigations, all of them, by the same names and in the same order", () => {
    expect(mitigations).toEqual(ofServices)
  })

  test('can be told to a service', () => {
    for (const { mitigations } of architectures)
      expect([...mitigationsSchema.parse(mitigations.join(','))]).toEqual(mitigations)
  })

  test('go from nothing over all but cells to everything', () => {
    expect(architectureOf('shared-fate').mitigations).toEqual([])
    expect(architectureOf('hardened').mitigations).toEqual(mitigations.filter(name => name !== 'cells'))
    expect(architectureOf('cellular').mitigations).toEqual(mitigations)
    expect(architectureNames).toEqual(architectures.map(({ name }) => name))
  })

  test('are named when one is asked for that there is not', () => {
    defineArchitectures([architecture('no-queue', { base: 'hardened', without: ['sign-in-queue'] })])
    expect(() => architectureOf('hardend')).toThrow(
      new UsageError('no architecture "hardend"; there are: shared-fate, hardened, cellular, no-queue'),
    )
  })
})

describe("a user's own architecture", () => {
  test('is its base without some mitigations and with others, in the usual order', () => {
    const made = architecture('mixed', { base: 'hardened', with: ['cells'], without: ['bulkhead'] })
    expect(made.mitigations).toEqual(mitigations.filter(name => name !== 'bulkhead'))
    expect(made).toMatchObject({ name: 'mixed', base: 'hardened' })
  })

  test.each([
    ['an unknown base', 'mine', { base: 'hardend', without: ['bulkhead'] }, ['"hardend"', 'shared-fate']],
    ['an unknown mitigation', 'mine', { base: 'hardened', without: ['bulkheads'] }, ['"bulkheads"', 'cells']],
    ['the name of another', 'cellular', { base: 'hardened', with: ['cells'] }, ['"cellular"', 'taken']],
    [
      'a name that no option could give',
      'a,b',
      { base: 'hardened', with: ['cells'] },
      ['"a,b"', 'lower-case'],
    ],
    ['nothing changed', 'mine', { base: 'hardened' }, ['no other than hardened']],
    ['something added that is there', 'mine', { base: 'hardened', with: ['bulkhead'] }, ['hardened has it']],
    [
      'something removed that is not',
      'mine',
      { base: 'hardened', without: ['cells'] },
      ['hardened lacks it'],
    ],
  ])('with %s is refused', (_case, name, change, told) => {
    const make = () => architecture(name, change as Parameters<typeof architecture>[1])
    expect(make).toThrow(UsageError)
    for (const words of told) expect(make).toThrow(words)
  })

  test('with many mistakes is told all of them at once', () => {
    const make = () => architecture('X', { base: 'none', with: ['a'], without: ['b'] } as never)
    for (const words of ['lower-case', '"none"', 'with: no mitigation "a"', 'without: no mitigation "b"'])
      expect(make).toThrow(words)
  })

  test('cannot have the name of another one', () => {
    const made = architecture('mine', { base: 'hardened', with: ['cells'] })
    expect(() => defineArchitectures([made, made])).toThrow('two architectures "mine"')
  })

  test('is held to its own entry, else to that of its base', () => {
    defineArchitectures([architecture('mine', { base: 'hardened', without: ['bulkhead'] })])
    expect(entryFor({ hardened: 1, mine: 2 }, 'mine')).toBe(2)
    expect(entryFor({ hardened: 1 }, 'mine')).toBe(1)
    expect(entryFor({ 'shared-fate': 1 }, 'mine')).toBeUndefined()
    expect(entryFor({ hardened: 1 }, 'cellular')).toBeUndefined()
  })
})

describe('loadOwn', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-architectures-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const from = JSON.stringify(pathToFileURL(join(rootFolder, 'harness/stack/architectures.ts')).href)
  const load = (text: string) => {
    writeFileSync(join(folder, 'architectures.ts'), `import { architecture } from ${from}\n${text}`)
    return loadOwn(folder)
  }

  test('knows the built-in ones where there is no file', async () => {
    expect(await loadOwn(folder)).toEqual(architectures)
  })

  test('makes those of the file known', async () => {
    await load(`export default [architecture('mine', { base: 'cellular', without: ['bulkhead'] })]`)
    expect(knownArchitectures().map(({ name }) => name)).toEqual([...architectureNames, 'mine'])
    expect(architectureOf('mine').mitigations).not.toContain('bulkhead')
  })

  test.each([
    ['no default export', 'export const other = architecture', ['no list of architectures']],
    ['something else as default export', 'export default [42]', ['no list of architectures']],
    ['one that makes no sense', `export default [architecture('x', { base: 'nope' })]`, ['"nope"']],
    ['a mistake of its own', `throw new Error('oops')`, ['oops']],
  ])('names the file with %s', async (_case, text, told) => {
    const loading = load(text)
    await expect(loading).rejects.toThrow(UsageError)
    await expect(loading).rejects.toThrow(join(folder, 'architectures.ts'))
    for (const words of told) await expect(loading).rejects.toThrow(words)
  })
})
