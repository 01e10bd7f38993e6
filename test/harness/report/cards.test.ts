import { describe, expect, test } from 'vitest'
import type { RunResult } from '../../../harness/outcome/results.ts'
import { renderDiagnosis } from '../../../harness/report/diagnosis-table.ts'
import { renderFidelity } from '../../../harness/report/fidelity-card.ts'
import { styleFor } from '../../../harness/report/style.ts'

const plain = styleFor({ isTTY: false })
const run = (fields: Partial<RunResult>): RunResult => ({
  scenario: 'empty-config',
  architecture: 'shared-fate',
  verdict: 'held',
  reasons: [],
  timelineMs: 0,
  wallMs: 0,
  evidence: [],
  ...fields,
})
const diagnosed = (
  diagnosis: string,
  expected: string[],
  right: boolean | null = expected.includes(diagnosis),
) => run({ diagnosis: { overall: { diagnosis, evidence: '', tookMs: null }, score: { right, expected } } })

describe('renderFidelity', () => {
  test('says nothing where nothing is replayed', () => {
    expect(renderFidelity([run({})], plain)).toEqual([])
  })

  test('gives each fact with the number that was seen, and whether it is enough', () => {
    const fidelity = [
      { fact: 'all fell', observed: 0.02, atMost: 0.1, reproduced: true },
      { fact: 'it came back', observed: null, atMost: 4_000, reproduced: false },
    ]
    const lines = renderFidelity([run({ replays: 'google-2014-01-24', fidelity }), run({})], plain)
    expect(lines).toEqual([
      '',
      '  likeness to what is replayed: 1 of 2 facts in one replay',
      '  empty-config (google-2014-01-24)',
      '    yes  all fell (observed 0.02, at most 0.1)',
      '     no  it came back (observed nothing, at most 4000)',
    ])
  })
})

test('a card says how many times faster time runs here', () => {
  const fidelity = [{ fact: 'all fell', observed: 0, atMost: 0.1, reproduced: true }]
  const about = {
    title: 'x',
    cause: 'config',
    scope: [],
    needs: [],
    needsOneOf: [],
    parts: [],
    compression: { lastedMs: 33 * 60_000, faultMs: 6_000 },
  }
  expect(renderFidelity([run({ replays: 'google-2021-11-16', fidelity, about })], plain)).toContain(
    '  empty-config (google-2021-11-16; 33 min there, 6 s here: 330 times faster)',
  )
})

describe('renderDiagnosis', () => {
  const right = diagnosed('network', ['network'])
  const wrong = diagnosed('overload', ['network', 'healthy'])

  test('leaves out what cannot be scored', () => {
    expect(renderDiagnosis([run({}), diagnosed('healthy', [], null)], plain)).toEqual([])
  })

  test('names what was wrong', () => {
    expect(renderDiagnosis([right, wrong], plain)).toEqual([
      '  diagnosis from outside: right in 1 of 2.',
      '    empty-config on shared-fate: "overload", not network or healthy',
    ])
  })

  test('of many runs it is a table: a row for what would be right, a column for what it came to', () => {
    const lines = renderDiagnosis([...Array<RunResult>(9).fill(right), wrong], plain)
    expect(lines.slice(1, 4)).toEqual([
      '    would be right        network  overload',
      '    network                     9         .',
      '    network or healthy          .         1',
    ])
  })
})
