import { describe, expect, test } from 'vitest'
import { agreementOf } from '../../../harness/outcome/agreement.ts'
import type { RunResult } from '../../../harness/outcome/results.ts'
import { renderAgreement } from '../../../harness/report/agreement-table.ts'
import { styleFor } from '../../../harness/report/style.ts'

interface Numbers {
  share?: number
  isolation?: number
  amplification?: number
  verdict?: RunResult['verdict']
}

const run = (scenario: string, { share = 0, isolation = 1, amplification = 1, verdict = 'held' }: Numbers) =>
  ({
    ...{ scenario, architecture: 'hardened', verdict },
    outcome: { forcedLogouts: { share }, isolation, amplification },
  }) as unknown as RunResult

const apartOf = (one: Numbers, other: Numbers) =>
  agreementOf([run('a', one)], [run('a', other)]).pairs.map(({ apart }) => apart)

describe('two runtimes', () => {
  test.each<[string, Numbers, Numbers, string[]]>([
    ['the same', {}, {}, []],
    ['near each other', { share: 0.5, isolation: 0.9 }, { share: 0.6, isolation: 0.85 }, []],
    ['logged out apart', { share: 0.5 }, { share: 0.7 }, ['forcedLogouts']],
    ['isolation apart', { isolation: 1 }, { isolation: 0.8 }, ['isolation']],
    ['amplification apart', { amplification: 1 }, { amplification: 1.5 }, ['amplification']],
    ['one of which asked auth nothing', { amplification: 0 }, { amplification: 1 }, ['amplification']],
    ['neither of which asked auth anything', { amplification: 0 }, { amplification: 0 }, []],
  ])('%s', (_case, one, other, apart) => {
    expect(apartOf(one, other)).toEqual([apart])
    expect(apartOf(other, one)).toEqual([apart])
  })

  test('are compared where both have measured something', () => {
    const nothing = { ...run('b', {}), outcome: undefined } as unknown as RunResult
    const { pairs, left } = agreementOf([run('a', {}), run('b', {}), run('c', {})], [run('a', {}), nothing])
    expect(pairs.map(({ scenario }) => scenario)).toEqual(['a'])
    expect(left).toEqual(['b on hardened'])
  })

  test('are shown a line each, with what is apart', () => {
    const agreement = agreementOf(
      [run('a', {}), run('b', { isolation: 0.5 })],
      [run('a', {}), run('b', { isolation: 0.9, verdict: 'broke' })],
    )
    const lines = renderAgreement(agreement, ['simulation', 'processes'], styleFor({})).join('\n')
    expect(lines).toContain('simulation / processes')
    expect(lines).toMatch(/b +hardened +held \/ broke +0\.00 \/ 0\.00 +0\.50 \/ 0\.90! +1\.00 \/ 1\.00/)
    expect(lines).toContain('verdicts: 1 of 2 the same')
    expect(lines).toContain('numbers: 1 of 2 within the bands')
  })
})
