/** Scenarios of a test's own, run through Playwright as scenarios/play.spec.ts runs those of the project. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Results, resultsSchema } from '../../harness/outcome/results.ts'
import type { RealRuntime } from '../../harness/stack/driver.ts'
import { rootFolder } from '../../harness/stack/node-binary.ts'
import type { Room, Run } from './room.ts'

/** The address of a file of the project, as a literal for an import. */
export const urlOf = (path: string) => JSON.stringify(pathToFileURL(join(rootFolder, path)).href)

const text = (path: string) => JSON.stringify(join(rootFolder, path))

/** Writes files of scenarios, by their names, into a room and runs them on an architecture. */
export function play(
  room: Room,
  files: Readonly<Record<string, string>>,
  {
    runtime = 'processes' as RealRuntime,
    architecture = 'hardened',
    env = {} as Record<string, string>,
  } = {},
): Run {
  const folder = join(room.folder, 'scenarios')
  mkdirSync(folder, { recursive: true })
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
  for (const [name, content] of Object.entries(files)) write(`${name}.ts`, content)
  write('package.json', '{ "type": "module" }')
  write(
    'play.spec.ts',
    `import { registerScenarios } from ${urlOf('harness/index.ts')}\nawait registerScenarios(import.meta.dirname)\n`,
  )
  const output = JSON.stringify(join(room.folder, 'playwright'))
  writeFileSync(
    join(room.folder, 'playwright.config.ts'),
    `export default {
      testDir: 'scenarios', testMatch: '*.spec.ts', workers: 1, outputDir: ${output},
      globalSetup: ${text('harness/playwright/global-setup.ts')},
      reporter: [[${text('harness/playwright/reporter.ts')}]],
      projects: [{ name: ${JSON.stringify(architecture)}, use: { architecture: ${JSON.stringify(architecture)} } }],
    }`,
  )
  const cli = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js')
  const args = [cli, 'test', `--config=${join(room.folder, 'playwright.config.ts')}`]
  return room.node(args, { FIREBREAK_RUNTIME: runtime, FIREBREAK_OUT: room.out, ...env })
}

export function resultsIn(room: Room): Results {
  return resultsSchema.parse(JSON.parse(readFileSync(join(room.out, 'results.json'), 'utf8')))
}
