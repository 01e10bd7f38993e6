/** A scenario that is being written: saved, run again on the stack that is up, and what is wrong with it said. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newScenario } from '../../../harness/new/new-scenario.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'
import { Room } from '../room.ts'

const limitMs = 120_000

test('runs again when it is saved, without starting anything anew', async () => {
  await using room = new Room()
  // A project of its own, so that nothing is written into the repository.
  const project = join(room.folder, 'project')
  mkdirSync(join(project, 'scenarios'), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(project, 'firebreak.config.ts'), 'export default {}')
  const importFrom = join(rootFolder, 'harness/index.ts')
  const text = newScenario({ title: 'x', cause: 'network', faults: ['down'], scope: ['feed'], importFrom })
  const file = join(project, 'scenarios', 'mine.ts')
  writeFileSync(file, text.replace('* -> auth', 'feed -> auth'))

  const run = room.firebreak(['run', 'mine', '--watch', '--runtime', 'processes'], {}, project)
  const times = (pattern: RegExp) => [...run.output().matchAll(pattern)]
  const saved = async (change: (text: string) => string, pattern: RegExp) => {
    const before = times(pattern).length
    writeFileSync(file, change(readFileSync(file, 'utf8')))
    await expect.poll(() => times(pattern).length, { timeout: limitMs }).toBe(before + 1)
  }
  const verdict = /(?:held|NOT PROVEN|broke) ([\d.]+) s beside its timeline/gi
  await run.says(/beside its timeline/, limitMs)
  await run.says(/waiting for .*mine\.ts to be saved/, limitMs)

  await saved(text => text.replaceAll('0.95', '0.9'), verdict)
  const [first, second] = times(verdict).map(([, seconds]) => Number(seconds))
  // The stack, and mostly the crowd, were there.
  expect(second).toBeLessThan(Number(first) / 2)

  await saved(text => `${text}export default (`, /error .*mine\.ts/g)
  await saved(text => text.replace('export default (', '').replace("'6s'", "'-6s'"), /error .*mine\.ts: /g)
  await saved(text => text.replace("'-6s'", "'6s'"), verdict)
  expect(times(/starting hardened/g)).toHaveLength(1)

  run.signal('SIGINT')
  expect((await run.ended).code).toBe(0)
  await room.expectNothingLeft()
}, 600_000)

test.each([
  [['calm', 'wrong-issuer', '--watch'], 'the one scenario'],
  [['--watch'], 'the one scenario'],
  [['calm', '--watch', '--architecture', 'hardened,cellular'], 'one architecture'],
  [['calm', '--watch', '--runtime', 'simulation'], 'real services'],
  [['calm', '--watch', '--junit', 'x.xml'], 'without --junit'],
  [['nope', '--watch'], '"nope"'],
])('is refused for %j', async (args, told) => {
  await using room = new Room()
  const { code, output } = await room.firebreakEnds(['run', ...args])
  expect(output).toContain(told)
  expect(code).toBe(64)
})
