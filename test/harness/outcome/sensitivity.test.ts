import { describe, expect, test } from 'vitest'
import {
  type Needs,
  removalOf,
  removalsFor,
  type SensitivityCell,
  sensitivityFindings,
} from '../../../harness/outcome/sensitivity.ts'
import type { Verdict } from '../../../harness/outcome/verdict.ts'
import { renderSensitivity } from '../../../harness/report/sensitivity-table.ts'
import { styleFor } from '../../../harness/report/style.ts'

const cell = (
  scenario: string,
  removed: string | null,
  verdict: Verdict,
  architecture = 'hardened',
): SensitivityCell => ({
  ...{ scenario, architecture, removed, verdict },
  ...{ forcedLogouts: verdict === 'broke' ? 12 : 0, isolation: verdict === 'broke' ? 0.5 : 1, reasons: [] },
})

const plain = styleFor({})

describe('what follows from the matrix', () => {
  test('a need is confirmed by a scenario that holds as it is and breaks without it', () => {
    const cells = [cell('a', null, 'held'), cell('a', 'x', 'broke'), cell('a', 'y', 'held')]
    const { needs, unproven, deadWeight } = sensitivityFindings(cells, { a: { needs: ['x', 'y'] } })
    expect(needs).toEqual([
      { scenario: 'a', mitigation: 'x', brokeOn: ['hardened'], notOn: [], confirmed: true, tried: true },
      { scenario: 'a', mitigation: 'y', brokeOn: [], notOn: ['hardened'], confirmed: false, tried: true },
    ])
    expect(unproven).toEqual(['y'])
    expect(deadWeight).toEqual([])
  })

  test('what a scenario breaks without and does not name is said', () => {
    const cells = [cell('a', null, 'held'), cell('a', 'x', 'broke'), cell('a', 'y', 'held')]
    const { unnamed, unproven } = sensitivityFindings(cells, { a: { needs: ['y'] } })
    expect(unnamed).toEqual([{ scenario: 'a', mitigation: 'x', brokeOn: ['hardened'] }])
    expect(unproven).toEqual(['y'])
  })

  test('one that breaks with nothing removed confirms nothing, and is dead weight', () => {
    const cells = [cell('a', null, 'broke'), cell('a', 'x', 'broke')]
    const { needs, unproven, deadWeight } = sensitivityFindings(cells, { a: { needs: ['x'] } })
    expect(needs.map(({ confirmed }) => confirmed)).toEqual([false])
    expect(unproven).toEqual(['x'])
    expect(deadWeight).toEqual([{ scenario: 'a', architecture: 'hardened', verdict: 'broke' }])
  })

  test('what is not proven confirms nothing, and one architecture is enough', () => {
    const cells = [
      ...[cell('a', null, 'held'), cell('a', 'x', 'not-proven')],
      ...[cell('a', null, 'held', 'cellular'), cell('a', 'x', 'broke', 'cellular')],
    ]
    expect(sensitivityFindings(cells.slice(0, 2), { a: { needs: ['x'] } }).needs[0]?.confirmed).toBe(false)
    const [need] = sensitivityFindings(cells, { a: { needs: ['x'] } }).needs
    expect(need).toMatchObject({ confirmed: true, brokeOn: ['cellular'], notOn: ['hardened'] })
  })
})

describe('of mitigations that can stand in for each other', () => {
  const tried = (both: Verdict, withoutX: Verdict, withoutY: Verdict) => [
    ...[cell('a', null, 'held'), cell('a', 'x', withoutX), cell('a', 'y', withoutY), cell('a', 'x+y', both)],
  ]
  const needs = { a: { needsOneOf: [['y', 'x']] } }

  test('one is needed where the scenario breaks without all, and holds with any one', () => {
    const { needs: found, unproven } = sensitivityFindings(tried('broke', 'held', 'held'), needs)
    expect(found).toMatchObject([{ mitigation: 'y or x', confirmed: true, brokeOn: ['hardened'] }])
    expect(unproven).toEqual([])
  })

  test.each([
    ['it holds without all of them', tried('held', 'held', 'held')],
    ['one of them is not enough', tried('broke', 'held', 'broke')],
    ['nobody knows', tried('broke', 'held', 'not-proven')],
  ])('it is not confirmed where %s', (_case, cells) => {
    expect(sensitivityFindings(cells, needs).needs[0]?.confirmed).toBe(false)
  })

  test('all that has to be removed is, once', () => {
    const removals = (needs: Needs) => removalsFor(needs).map(removalOf)
    expect(removals({ needs: ['b'], needsOneOf: [['b', 'a']] })).toEqual(['b', 'a+b', 'a'])
    expect(removals({ needsOneOf: [['c', 'b', 'a']] }).toSorted()).toEqual(['a+b', 'a+b+c', 'a+c', 'b+c'])
    expect(removals({})).toEqual([])
  })
})

test('what cannot be run here is neither confirmed nor dead weight', () => {
  const cells = [null, 'x'].map(removed => ({ ...cell('a', removed, 'not-proven'), notRunnable: 'TLS' }))
  const findings = sensitivityFindings(cells, { a: { needs: ['x'] } })
  expect(findings.needs).toMatchObject([{ confirmed: false, tried: false }])
  expect(findings.deadWeight).toEqual([])
  const lines = renderSensitivity(cells, findings, plain)
  expect(lines).toContain('  not tried: a says that it needs x, and cannot be simulated')
  expect(lines.join('\n')).not.toContain('not confirmed')
})

test('the table names each removal that changes something, with its numbers, and what is open', () => {
  const cells = [cell('a', null, 'held'), cell('a', 'x', 'broke'), cell('a', 'y', 'held')]
  const lines = renderSensitivity(cells, sensitivityFindings(cells, { a: { needs: ['x', 'y'] } }), plain)
  expect(lines).toContain('    without x: broke: 12 logged out, isolation 0.500')
  expect(lines).toContain('  needs: 1 of 2 confirmed')
  expect(lines).toContain('  not confirmed: a says that it needs y, and does not break without it')
  expect(lines).toContain('  unproven: no scenario breaks without y')
})
