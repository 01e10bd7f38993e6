import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ScenarioError, UsageError } from '../../../harness/errors.ts'
import { loadScenarios, pickScenarios } from '../../../harness/run/load-scenarios.ts'
import { defineArchitectures } from '../../../harness/stack/architectures.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'

const scenarioModule = pathToFileURL(join(rootFolder, 'harness/scenario.ts')).href
const indexModule = pathToFileURL(join(rootFolder, 'harness/index.ts')).href
const architecturesModule = pathToFileURL(join(rootFolder, 'harness/stack/architectures.ts')).href

/** A scenario file without faults, as long as it is told. */
function calm(duration: string): string {
  return `import { scenario } from ${JSON.stringify(scenarioModule)}
    export default scenario({ title: 'calm', cause: 'none', scope: [], faults: [], duration: '${duration}', verdict: { hardened() {} } })`
}

function folderOf(files: Record<string, string>) {
  const path = mkdtempSync(join(tmpdir(), 'firebreak-scenarios-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe('loadScenarios', () => {
  test("loads the project's own, the control first", async () => {
    const names = (await loadScenarios()).map(({ name }) => name)
    expect(names[0]).toBe('calm')
    expect(names).toContain('wrong-issuer')
    expect(names).not.toContain('play.spec')
    // The first to load brings all of the harness with it, which takes long on a busy machine.
  }, 60_000)

  test('puts the control first however long it is', async () => {
    const fault = "{ at: '4s', for: '2s', fault: storeLost({}) }"
    const short = calm('10s')
      .replace('import {', `import { storeLost } from ${JSON.stringify(indexModule)}\n import {`)
      .replace("cause: 'none'", "cause: 'data'")
      .replace('faults: []', `faults: [${fault}]`)
    using folder = folderOf({ 'a.ts': short, 'z.ts': calm('30s') })
    expect((await loadScenarios(folder.path)).map(({ name }) => name)).toEqual(['z', 'a'])
  })

  test("knows the folder's own architectures, whose file is no scenario", async () => {
    const own = `import { architecture } from ${JSON.stringify(architecturesModule)}
      export default [architecture('no-queue', { base: 'hardened', without: ['sign-in-queue'] })]`
    using folder = folderOf({
      'architectures.ts': own,
      'a.ts': calm('10s').replace('hardened()', '"no-queue"()'),
    })
    expect((await loadScenarios(folder.path)).map(({ name }) => name)).toEqual(['a'])
    defineArchitectures([])
  })

  test('puts the shortest first, then goes by name', async () => {
    using folder = folderOf({
      'b.ts': calm('10s'),
      'a.ts': calm('10s'),
      'z.ts': calm('5s'),
      'play.spec.ts': '',
      'notes.md': '',
    })
    expect((await loadScenarios(folder.path)).map(({ name }) => name)).toEqual(['z', 'a', 'b'])
  })

  test('names every file that is wrong, in one error', async () => {
    using folder = folderOf({
      'good.ts': calm('5s'),
      'short.ts': calm('1s'),
      'empty.ts': 'export {}',
      'broken.ts': 'export default (',
    })
    const error: unknown = await loadScenarios(folder.path).catch(thrown => thrown)
    expect(error).toBeInstanceOf(ScenarioError)
    const { message } = error as ScenarioError
    expect(message).toContain('empty.ts: has no scenario; write "export default scenario({ ... })"')
    expect(message).toContain('duration: 1s leaves no steady state')
    expect(message).toMatch(/broken\.ts: /)
    expect(message).not.toContain('good.ts')
  })
})

describe('pickScenarios', () => {
  const all = ['calm', 'wrong-issuer', 'auth-timeouts'].map(name => ({ name, scenario: {} as never }))
  const names = (asked: string[]) => pickScenarios(all, asked).map(({ name }) => name)

  test('gives all if none is named, or those named in their usual order', () => {
    expect(names([])).toEqual(['calm', 'wrong-issuer', 'auth-timeouts'])
    expect(names(['auth-timeouts', 'calm'])).toEqual(['calm', 'auth-timeouts'])
  })

  test('refuses names that are none, with those there are', () => {
    const known = 'there are: calm, wrong-issuer, auth-timeouts'
    expect(() => names(['clam'])).toThrow(new UsageError(`no scenario "clam"; ${known}`))
    expect(() => names(['calm', 'a', 'b'])).toThrow(new UsageError(`no scenarios "a", "b"; ${known}`))
  })
})
