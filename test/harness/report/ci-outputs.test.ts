import { describe, expect, test } from 'vitest'
import { mergeResults } from '../../../harness/outcome/merge.ts'
import { junitOf } from '../../../harness/report/junit.ts'
import { annotationsOf, summaryOf } from '../../../harness/report/summary.ts'
import { aRun, someResults } from './runs.ts'

const evil = 'a <b> & "c"\u0007 ]]> | *d*\nsecond: line, here'
const bad = { ...aRun({ scenario: 'calm', architecture: 'hardened', verdict: 'broke' }), reasons: [evil] }
const open = { ...aRun({ architecture: 'hardened', verdict: 'not-proven' }), reasons: ['no evidence'] }
const results = someResults([aRun(), bad, open])

describe('JUnit XML', () => {
  test('has a suite for each architecture, and what was not proven is skipped', () => {
    const xml = junitOf(results)
    expect(xml).toContain('<testsuites name="firebreak" tests="3" failures="1" errors="0"')
    expect(xml).toContain('<testsuite name="hardened" tests="2" failures="1" errors="0" skipped="1"')
    expect(xml).toContain('<skipped message="no evidence">')
  })

  test('is XML whatever the reasons hold', () => {
    const xml = junitOf(results)
    expect(xml).toContain('a &lt;b&gt; &amp; &quot;c&quot; ]]&gt; | *d*')
    expect(xml).not.toContain('\u0007')
  })
})

describe('the summary', () => {
  test('has a row for each, and why what did not hold did not', () => {
    const text = summaryOf(results.runs)
    expect(text).toContain('## firebreak: 1 of 3 held')
    expect(text).toContain('| calm | hardened | ❌ BROKE')
    expect(text).toContain('a \\<b\\> & "c"')
  })
})

test('annotations are one line each, whatever they say', () => {
  const lines = annotationsOf(results.runs)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatch(/^::error file=scenarios\/calm\.ts,title=calm on hardened%3A broke::a <b>/)
  expect(lines[0]).toContain('%0Asecond')
  expect(lines[1]).toMatch(/^::warning /)
})

describe('merge', () => {
  test('puts shards together, and the worst decides', () => {
    const merged = mergeResults([
      { name: 'a', results: someResults([aRun()]) },
      {
        name: 'b',
        results: { ...someResults([bad]), startedAt: '2026-06-12T13:00:00.000Z', wallMs: 90_000 },
      },
    ])
    expect(merged.runs).toHaveLength(2)
    expect(merged).toMatchObject({ exitCode: 1, wallMs: 90_000, startedAt: '2026-06-12T13:00:00.000Z' })
  })

  test('refuses what does not belong together', () => {
    const other = { ...someResults(), runtime: 'containers' as const }
    expect(() =>
      mergeResults([
        { name: 'a', results: someResults() },
        { name: 'b', results: other },
      ]),
    ).toThrow('b is of runtime containers')
    expect(() => mergeResults([])).toThrow('nothing to merge')
  })
})
