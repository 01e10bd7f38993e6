/**
 * House rules that no compiler holds. Each failure names the file, and what to do where that is not plain.
 * Function lengths are measured by indentation: the formatter sees to it that a body ends where its head began.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../harness/faults/catalogue.ts'
import { nodeBinary, rootFolder } from '../harness/stack/node-binary.ts'

const linesPerFileMax = 300
const linesPerFunctionMax = 60
/** Older than the rule, with their lengths. A function may shrink and leave this list, but not grow or join it. */
const longFunctions: Record<string, number> = {}

/** Run by Node as programs, or loaded before one: they do something when imported. */
const entryPoint =
  /(^|\/)main\.ts$|^harness\/package\/build\.ts$|^harness\/stack\/watchdog\.ts$|^harness\/builds\//

/** Every file of the project, tracked or new, that is not ignored. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: rootFolder,
  encoding: 'utf8',
})
  .split('\n')
  .filter(file => statSync(join(rootFolder, file), { throwIfNoEntry: false })?.isFile())
const sources = files.filter(file => file.endsWith('.ts'))
const productive = sources.filter(file => /^(services|harness|scenarios)\//.test(file))
const texts = new Map(files.map(file => [file, readFileSync(join(rootFolder, file), 'utf8')]))
const textOf = (file: string) => texts.get(file) ?? ''
const packageJson = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>

describe('imports', () => {
  /** Who may import what, of the project's own files. The first rule that fits a file counts. */
  const rules: { from: RegExp; may: RegExp; packages?: RegExp }[] = [
    { from: /^services\//, may: /^services\// },
    { from: /^harness\/proxy\//, may: /^harness\/proxy\//, packages: /^zod$/ },
    { from: /^harness\/builds\//, may: /^harness\/builds\//, packages: /^$/ },
    { from: /^harness\/stack\/simulation\//, may: /^(harness|services)\// },
    { from: /^harness\//, may: /^harness\// },
    { from: /^scenarios\//, may: /^harness\/index\.ts$/, packages: /^$/ },
    { from: /^test\//, may: /^(test|harness|services|scenarios)\// },
    { from: /^[^/]+\.config\.ts$/, may: /^harness\// },
  ]

  test('run one way', () => {
    const wrong = sources.flatMap(file => {
      const rule = rules.find(({ from }) => from.test(file))
      if (!rule) return [`${file}: no rule says what it may import`]
      return importsOf(file)
        .filter(specifier => !isAllowed(file, specifier, rule))
        .map(specifier => `${file} may not import ${specifier}`)
    })
    expect(wrong).toEqual([])
  })

  test('lead to files that are there', () => {
    const wrong = sources.flatMap(file =>
      importsOf(file)
        .filter(specifier => specifier.startsWith('.') && !sources.includes(resolved(file, specifier)))
        .map(specifier => `${file}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('reach every file from a program, from a test runner, or from what scenarios import', () => {
    const reached = new Set<string>()
    const reach = (file: string) => {
      if (reached.has(file) || !texts.has(file)) return
      reached.add(file)
      for (const specifier of importsOf(file)) if (specifier.startsWith('.')) reach(resolved(file, specifier))
    }
    // Playwright finds these by their paths.
    const named =
      /^scenarios\/|^[^/]+\.config\.ts$|^harness\/index\.ts$|^harness\/playwright\/(global-setup|reporter)\.ts$/
    for (const file of productive.filter(each => entryPoint.test(each) || named.test(each))) reach(file)
    for (const file of sources.filter(each => named.test(each))) reach(file)
    expect(productive.filter(file => !reached.has(file))).toEqual([])
  })

  test('of packages name those that are installed with the project', () => {
    const installed = Object.keys(packageJson.dependencies ?? {})
    const wrong = productive.flatMap(file =>
      importsOf(file)
        .filter(specifier => /^[^.]/.test(specifier) && !specifier.startsWith('node:'))
        .filter(specifier => !installed.includes(packageOf(specifier)))
        .map(specifier => `${file}: ${specifier} is none of package.json's dependencies`),
    )
    expect(wrong).toEqual([])
  })

  function isAllowed(file: string, specifier: string, { may, packages }: (typeof rules)[number]): boolean {
    if (specifier.startsWith('.')) return may.test(resolved(file, specifier))
    return specifier.startsWith('node:') || (packages?.test(packageOf(specifier)) ?? true)
  }

  test('are all found', () => {
    const found = importsIn(`import 'a'
import b from 'b'
import { type C, d as e } from 'c'
import type {
  F,
} from 'f'
export * from 'g'
export { h } from 'h'
export type { I } from 'i'
const j = await import('j')
import * as k from 'k'
/** import l from 'l' */
export function m() { return Array.from('m') }
`)
    expect(found).toEqual(['a', 'b', 'c', 'f', 'g', 'h', 'i', 'j', 'k'])
  })
})

describe('source files', () => {
  test('can be run by Node as they are: types are all that has to be taken away', () => {
    const wrong = sources.flatMap(file => {
      try {
        stripTypeScriptTypes(textOf(file), { mode: 'strip' })
        return /^\s*@\w+(\(.*\))?\s*$/m.test(withoutComments(textOf(file)))
          ? [`${file}: has a decorator`]
          : []
      } catch (error) {
        return [`${file}: ${(error as Error).message}`]
      }
    })
    expect(wrong).toEqual([])
  })

  test('can each be imported by plain Node, and do nothing then', { timeout: 120_000 }, () => {
    const modules = productive.filter(file => /^(services|harness)\//.test(file) && !entryPoint.test(file))
    const script = `
      for (const file of ${JSON.stringify(modules.map(file => pathToFileURL(join(rootFolder, file)).href))}) {
        await import(file).catch(error => console.log(file + ': ' + error.message))
      }`
    const { stdout, stderr, status } = spawnSync(
      nodeBinary(),
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
      { encoding: 'utf8', env: { PATH: process.env.PATH }, timeout: 110_000 },
    )
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  test(`are ${linesPerFileMax} lines long at most`, () => {
    const wrong = sources
      .map(file => ({ file, lines: textOf(file).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > linesPerFileMax)
    expect(wrong).toEqual([])
  })

  test(`have functions of ${linesPerFunctionMax} lines at most`, () => {
    const lengths = productive.flatMap(file =>
      functionsOf(textOf(file)).map(({ name, lines }) => ({ name: `${file} ${name}`, lines })),
    )
    const wrong = lengths.filter(({ name, lines }) => lines > (longFunctions[name] ?? linesPerFunctionMax))
    expect(wrong).toEqual([])
    const long = lengths.filter(({ lines }) => lines > linesPerFunctionMax).map(({ name }) => name)
    // What has become short leaves the list.
    expect(long.toSorted()).toEqual(Object.keys(longFunctions).toSorted())
  })

  test('are measured function by function', () => {
    const text = `function a() {
  if (b) {
    c()
  }
}
export const d = async (
  e: string,
): Promise<void> => {
  f(() => {
    g()
  })
}
class H {
  async #i(j: number): Promise<K> {
    for (const l of m()) {
      n()
    }
  }
}
`
    expect(functionsOf(text).map(({ name, lines }) => `${name} ${lines}`)).toEqual([
      'a 5',
      'd 7',
      'f 3',
      '#i 5',
    ])
  })

  test('leave no test out and none alone', () => {
    const alone = /\b(?:test|describe|it|suite)\.(?:only|todo)\b|\b(?:test|describe|it)\.skip\(\s*['"`]/
    expect(sources.filter(file => alone.test(textOf(file)))).toEqual([])
  })
})

describe('names', () => {
  test('of a fault are those of its file and of its test', () => {
    const expected = catalogue.flatMap(({ layer, kind }) => [
      `harness/faults/${layer}/${kind}.ts`,
      `test/harness/faults/${layer}/${kind}.test.ts`,
    ])
    expect(expected.filter(file => !files.includes(file))).toEqual([])
  })

  test('of files are in kebab-case, but those of toxics', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|spec|config))?\.ts$/
    const wrong = sources.filter(file => !kebab.test(file.split('/').at(-1) ?? ''))
    // A toxic's file is named by its type, which is Toxiproxy's word.
    expect(wrong.filter(file => !/\/proxy\/toxics\/[a-z_]+(\.test)?\.ts$/.test(file))).toEqual([])
  })
})

describe('lines', () => {
  test.each([
    ['a folder of one machine', /(?:^|[^\w.~-])\/(?:work|home|root|mnt|Users)\//],
    ['a package registry', /\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b|"resolved"\s*:/],
  ])('do not name %s', (_, pattern) => {
    const wrong = files.flatMap(file =>
      textOf(file)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    )
    expect(wrong).toEqual([])
  })
})

function importsOf(file: string): string[] {
  return importsIn(textOf(file))
}

/** What a file imports, types too, sorted; the formatter sees to it that such a statement begins its line. */
function importsIn(text: string): string[] {
  const patterns = [
    /^(?:import|export)\s[^'"`;()=]*?\bfrom\s+['"]([^'"]+)['"]/gm,
    /^import\s+['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  ]
  return patterns
    .flatMap(pattern => [...text.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []))
    .toSorted()
}

function resolved(file: string, specifier: string): string {
  return normalize(join(dirname(file), specifier))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '').replace(/^\s*\/\/.*$/gm, '')
}

/** The functions of a file with a block as body (a callback has the name of what it is given to), and their lengths. */
function functionsOf(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!/(\bfunction\b.*|=>|\).*) \{$/.test(line)) return []
    if (/^\s*(\} (else|catch)|(if|for|while|switch|try|do)\b)/.test(line)) return []
    const indent = indentOf(line)
    const end = lines.findIndex((later, at) => at > index && later.startsWith(`${indent}}`))
    const start = startOf(lines, index, indent)
    return [{ name: nameOf(lines[start] ?? ''), lines: end - start + 1 }]
  })
}

/** A head of several lines begins at the last line before its end that is indented like it. */
function startOf(lines: readonly string[], index: number, indent: string): number {
  if (!/^\s*[)}\]]/.test(lines[index] ?? '')) return index
  return lines.findLastIndex((line, at) => at < index && line !== '' && indentOf(line) === indent)
}

function nameOf(head: string): string {
  const name = head.replace(
    /^\s*(?:(?:export|default|async|function|const|static|get|set|await|return)\b\s*)*/,
    '',
  )
  return /^[\w#$.[\]]*/.exec(name)?.[0] ?? ''
}

function indentOf(line: string): string {
  return /^ */.exec(line)?.[0] ?? ''
}
