import pc from 'picocolors'
import { expect, test } from 'vitest'
import type { RunResult } from '../../../harness/outcome/results.ts'
import { renderRepeats } from '../../../harness/report/repeats.ts'

const plain = pc.createColors(false)

function run(
  scenario: string,
  verdict: RunResult['verdict'],
  [isolation, share, timeToRecoverMs]: [number, number, number | null] = [1, 0, 0],
): RunResult {
  const outcome = { isolation, forcedLogouts: { count: 0, share }, timeToRecoverMs }
  const rest = { architecture: 'hardened', reasons: [], timelineMs: 1, wallMs: 1, evidence: [] }
  return { scenario, verdict, ...rest, outcome } as unknown as RunResult
}

test('says nothing where nothing was repeated', () => {
  expect(renderRepeats([run('a', 'held'), run('b', 'held')], plain)).toEqual([])
})

test('says that the verdicts are the same, and how far the numbers lie apart', () => {
  const runs = [run('a', 'held', [0.9, 0.05, 500]), run('a', 'held', [1, 0.12, null]), run('b', 'held')]
  expect(renderRepeats(runs, plain)).toEqual([
    '',
    '  repeats: the same verdict every time, in 1 of 1',
    '    a on hardened: held 2; isolation 0.900 to 1.000; logged out 5.0 % to 12 %; recovery 0.5 s',
  ])
})

test('names what does not come to the same every time', () => {
  const runs = [run('a', 'held'), run('a', 'broke'), run('a', 'held'), run('b', 'held'), run('b', 'held')]
  const text = renderRepeats(runs, plain).join('\n')
  expect(text).toContain('not the same verdict every time: 1 of 2')
  expect(text).toContain('a on hardened: held 2, BROKE 1;')
})

test('counts those of which there is no outcome', () => {
  const { outcome: _, ...broken } = run('a', 'error')
  expect(renderRepeats([broken as RunResult, run('a', 'held')], plain).join('\n')).toMatch(/ERROR 1, held 1/i)
})
