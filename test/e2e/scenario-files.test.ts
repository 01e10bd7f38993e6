/** Scenario files with mistakes, read by Node itself: what its author is told. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { rootFolder } from '../../harness/stack/node-binary.ts'
import { Room } from './room.ts'

const urlOf = (path: string) => JSON.stringify(pathToFileURL(join(rootFolder, path)).href)
const head = `import { configPush, latency, scenario } from ${urlOf('harness/index.ts')}\n`
const rest = `cause: 'network', scope: [], verdict: { hardened() {} }`
const good = `${head}export default scenario({ title: 'Fine', faults: [], ${rest} })`

/** Loads a folder with these files; what the loader says, or the names of what it loaded. */
async function load(files: Record<string, string>): Promise<string> {
  await using room = new Room()
  const folder = join(room.folder, 'scenarios')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const script = `
    import { loadScenarios } from ${urlOf('harness/run/load-scenarios.ts')}
    try {
      console.log((await loadScenarios(${JSON.stringify(folder)})).map(({ name }) => name).join())
    } catch (error) {
      console.log(error.name + ': ' + error.message)
    }`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script]
  return (await room.node(args).ended).output.trim()
}

const faulty = (faults: string) =>
  `${head}export default scenario({ title: 'Faulty', faults: [${faults}], ${rest} })`

describe('a scenario file', () => {
  test('without mistakes is loaded under its name, beside what is no scenario', async () => {
    expect(await load({ 'fine.ts': good, 'play.spec.ts': 'throw 1', 'notes.md': '#' })).toBe('fine')
  })

  test.each([
    ['no title', `${head}export default scenario({ faults: [], ${rest} })`, ['title: missing']],
    [
      'a negative time',
      faulty(`{ at: '-2s', for: '1s', fault: latency({ link: '* -> auth', latencyMs: 1 }) }`),
      ['faults[0].at', '-2s'],
    ],
    [
      'an unknown service',
      faulty(`{ at: '2s', for: '1s', fault: configPush({ service: 'oath', change: { issuer: 'x' } }) }`),
      ['faults[0] (config-push)', 'oath'],
    ],
    [
      'an unknown link',
      faulty(`{ at: '2s', for: '1s', fault: latency({ link: 'feed -> oath', latencyMs: 1 }) }`),
      ['faults[0] (latency)', 'oath'],
    ],
    [
      'a fault beyond the timeline',
      `${head}export default scenario({ title: 'Long', duration: '5s', ${rest},
        faults: [{ at: '2s', for: '9s', fault: latency({ link: '* -> auth', latencyMs: 1 }) }] })`,
      ['faults[0]', '11000 ms', '5000 ms'],
    ],
    [
      'a parameter out of its range',
      faulty(`{ at: '2s', for: '1s', fault: latency({ link: '* -> auth', latencyMs: -5 }) }`),
      ['latencyMs'],
    ],
    [
      'a syntax error',
      `${head}export default scenario({ title: 'Oops',, })`,
      ['wrong.ts:2: Unexpected token `,`'],
    ],
    ['a missing import', `${head}import './nowhere.ts'\n`, ['nowhere.ts']],
    ['no default export', `${head}export const other = 1`, ['export default scenario(']],
    ['something else as default export', 'export default 42', ['export default scenario(']],
  ])('with %s is named with its problem', async (_case, text, told) => {
    const said = await load({ 'fine.ts': good, 'wrong.ts': text })
    expect(said).toMatch(/^ScenarioError: .*\/wrong\.ts(:\d+)?: /)
    for (const words of told) expect(said).toContain(words)
  })

  test('with many mistakes is told all of them at once', async () => {
    const said = await load({
      'wrong.ts': `${head}export default scenario({ cause: 'bad luck', verdict: { nope() {} },
        faults: [{ at: 'soon', for: '0s', fault: latency({ link: 'a -> b', latencyMs: 1 }) }] })`,
    })
    for (const words of [
      'title',
      'cause: "bad luck"',
      'faults[0].at',
      'soon',
      'faults[0].for',
      'scope',
      '"nope"',
    ]) {
      expect(said).toContain(words)
    }
    expect(said.match(/wrong\.ts/g)).toHaveLength(1)
  })

  test('is told together with other wrong ones', async () => {
    const said = await load({ 'a.ts': 'export default 1', 'b.ts': 'export {}', 'fine.ts': good })
    expect(said).toMatch(/a\.ts: .*\n.*b\.ts: /)
  })
})
