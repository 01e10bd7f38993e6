/** What the README and docs/ show: every snippet is one that works, every command one that there is, every link leads somewhere. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProgram } from '../harness/cli/program.ts'
import { nodeBinary, rootFolder } from '../harness/stack/node-binary.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(rootFolder, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
]

interface Block {
  /** `docs/faults.md:21` */
  place: string
  language: string
  text: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(rootFolder, page), 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ index, 1: language = '', 2: body = '' }) => ({
    place: `${page}:${text.slice(0, index).split('\n').length}`,
    language,
    text: body,
  }))
}

const blocks = pages.flatMap(blocksOf)
const snippets = blocks.filter(({ language }) => language === 'ts')

/** Some lines of a scenario, made a whole one: as they stand they are no program. */
function wholeOf({ text }: Block): string {
  if (/^import /m.test(text)) return text.replaceAll("from 'firebreak'", "from '../harness/index.ts'")
  return `import type { ScenarioDefinition } from '../harness/index.ts'
export default {
${text.trimEnd().replace(/([^,])$/, '$1,')}
} satisfies Partial<ScenarioDefinition>
`
}

describe('a snippet', () => {
  // Beside harness/, as scenarios/ is; ignored by git.
  let folder = ''
  const fileOf = (index: number) => join(folder, `snippet-${index}.ts`)

  beforeAll(() => {
    folder = join(rootFolder, '.vitest')
    mkdirSync(folder, { recursive: true })
    for (const [index, snippet] of snippets.entries()) writeFileSync(fileOf(index), wholeOf(snippet))
  })
  afterAll(() => {
    for (const index of snippets.keys()) rmSync(fileOf(index), { force: true })
  })

  test('there are some', () => {
    expect(snippets.length).toBeGreaterThan(5)
  })

  test('has the right types', () => {
    const home = mkdtempSync(join(folder, 'types-'))
    try {
      const config = join(home, 'tsconfig.json')
      const files = [...snippets.keys()].map(fileOf)
      writeFileSync(
        config,
        JSON.stringify({ extends: join(rootFolder, 'tsconfig.json'), include: [], files }),
      )
      const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
      const { stdout, status } = spawnSync(nodeBinary(), [join(dirname(tsc), 'bin/tsc'), '-p', config], {
        encoding: 'utf8',
      })
      const said = snippets.reduce(
        (text, { place }, index) => text.replaceAll(`snippet-${index}.ts`, place),
        stdout,
      )
      expect(said).toBe('')
      expect(status).toBe(0)
    } finally {
      rmSync(home, { recursive: true })
    }
  }, 60_000)

  test.each(snippets.map(({ place }, index) => [place, index] as const))('%s runs', async (_, index) => {
    await import(pathToFileURL(fileOf(index)).href)
  })
})

describe('a command', async () => {
  const program = await createProgram()
  /** For those who work on the project, and in no help. */
  const hidden = ['--markdown']
  /** By command, its options. */
  const known = new Map(
    program.commands.map(command => [command.name(), command.options.map(({ long }) => long)]),
  )

  /** Each `npx firebreak …` of a page, and its place. */
  const commands = pages.flatMap(page => {
    const lines = readFileSync(join(rootFolder, page), 'utf8').split('\n')
    return lines.flatMap((line, index) =>
      [...line.matchAll(/npx firebreak ([^`|\n]*)/g)].map(
        ({ 1: rest = '' }) => [`${page}:${index + 1}`, rest.trim()] as const,
      ),
    )
  })

  test('there are some', () => {
    expect(commands.length).toBeGreaterThan(8)
  })

  test('is one that there is, with options that it has', () => {
    const wrong = commands.flatMap(([place, rest]) => {
      const [name = '', ...words] = rest.split(/\s+/)
      const options = known.get(name)
      if (!options) return [`${place}: no command "${name}"`]
      const given = words.filter(word => word.startsWith('--')).map(word => word.replace(/=.*|[^\w-]+$/, ''))
      return given
        .filter(option => !options.includes(option) && !hidden.includes(option))
        .map(option => `${place}: "${name}" has no ${option}`)
    })
    expect(wrong).toEqual([])
  })

  test('is spoken of, with each of its options', () => {
    const text = pages.map(page => readFileSync(join(rootFolder, page), 'utf8')).join('\n')
    const untold = program.commands.flatMap(command => [
      ...(text.includes(`npx firebreak ${command.name()}`) ? [] : [command.name()]),
      ...command.options
        .filter(option => !option.hidden && !text.includes(option.long ?? ''))
        .map(({ long }) => `${command.name()} ${long}`),
    ])
    expect(untold).toEqual([])
  })

  test('of npm is one of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const wrong = pages.flatMap(page =>
      [...readFileSync(join(rootFolder, page), 'utf8').matchAll(/npm run ([\w:-]+)/g)]
        .filter(({ 1: name = '' }) => scripts[name] === undefined)
        .map(({ 1: name }) => `${page}: ${name}`),
    )
    expect(wrong).toEqual([])
  })
})

test('every link leads to a file that is there', () => {
  const wrong = pages.flatMap(page =>
    [...readFileSync(join(rootFolder, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .filter(({ 1: target = '' }) => !existsSync(join(rootFolder, dirname(page), target)))
      .map(({ 1: target }) => `${page}: ${target}`),
  )
  expect(wrong).toEqual([])
})

test('every scenario and every part is spoken of', async () => {
  const text = pages.map(page => readFileSync(join(rootFolder, page), 'utf8')).join('\n')
  const { loadScenarios } = await import('../harness/run/load-scenarios.ts')
  const { parts } = await import('../harness/stack/stack-parts.ts')
  const names = [...(await loadScenarios()).map(({ name }) => name), ...parts]
  expect(names.filter(name => !text.includes(`\`${name}\``))).toEqual([])
})
