import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { afterRun, checkAfterRun } from '../../../harness/cli/after-run.ts'
import { compareFiles } from '../../../harness/cli/compare.ts'
import { UsageError } from '../../../harness/errors.ts'
import { baselineOf, baselineText, readBaseline } from '../../../harness/outcome/baseline.ts'
import { aRun, someResults } from '../report/runs.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-baseline-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const good = aRun({ architecture: 'hardened', isolation: 1, share: 0, forcedOut: 0 })
const bad = aRun({ architecture: 'hardened', isolation: 0.3 })

describe('a baseline file', () => {
  test('comes back as it was written, and results can stand in for one', () => {
    const made = baselineOf(someResults([good]))
    expect(readBaseline(file('good.json', baselineText(made)))).toEqual(made)
    expect(readBaseline(file('results.json', someResults([good])))).toEqual(made)
  })

  test.each<[string, unknown, string]>([
    ['nothing', '', 'not JSON'],
    ['half of one', baselineText(baselineOf(someResults([good]))).slice(0, 200), 'not JSON'],
    ['another version', { schema: 9, kind: 'baseline' }, 'version 9'],
    ['a damaged one', { schema: 1, kind: 'baseline', runtime: 'processes', held: 7 }, 'damaged'],
    ['something else', { hello: 'there' }, 'not a results file'],
    ['a list', [], 'not a results file'],
  ])('is refused where it is %s', (name, content, why) => {
    const path = file(`${name}.json`, content)
    expect(() => readBaseline(path)).toThrow(UsageError)
    expect(() => readBaseline(path)).toThrow(why)
  })

  test('that is not there is said before anything runs', () => {
    const baseline = join(folder, 'missing.json')
    expect(() => checkAfterRun({ baseline })).toThrow('--update-baseline makes it')
    expect(() => checkAfterRun({ baseline, updateBaseline: true })).not.toThrow()
    expect(() => checkAfterRun({ updateBaseline: true })).toThrow('--update-baseline needs --baseline')
  })
})

describe('two files', () => {
  test('of two runtimes, or without a scenario in common, cannot be compared', () => {
    const one = file('one.json', someResults([good]))
    const contained = file('contained.json', { ...someResults([good]), runtime: 'containers' })
    const other = file('other.json', someResults([{ ...good, scenario: 'calm' }]))
    expect(() => compareFiles(one, contained)).toThrow('their times cannot be compared')
    expect(() => compareFiles(one, other)).toThrow('nothing to compare')
    expect(() => compareFiles(one, one, join(folder, 'no-noise.json'))).toThrow('no such file')
  })
})

describe('after a run', () => {
  test('exits with 1 where all held and something got worse, and writes what a CI wants', () => {
    const baseline = file('held.json', baselineText(baselineOf(someResults([good]))))
    const results = file('now.json', someResults([bad]))
    const [junit, summary] = [join(folder, 'deep', 'junit.xml'), join(folder, 'summary.md')]
    expect(afterRun(results, 0, { baseline, junit, summary })).toBe(1)
    expect(afterRun(results, 2, { baseline })).toBe(2)
    expect(afterRun(file('same.json', someResults([good])), 0, { baseline })).toBe(0)
  })

  test('writes down what is held now, and keeps what was not run', () => {
    const baseline = file('kept.json', baselineText(baselineOf(someResults([{ ...good, scenario: 'calm' }]))))
    afterRun(file('new.json', someResults([good])), 0, { baseline, updateBaseline: true })
    expect(Object.keys(readBaseline(baseline).held)).toEqual(['calm', 'wrong-issuer'])
  })
})
