import { describe, expect, test } from 'vitest'
import { type SensitivityCell, sensitivityFindings } from '../../../harness/outcome/sensitivity.ts'
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
    const { needs, unproven, deadWeight } = sensitivityFindings(cells, { a: ['x', 'y'] })
    expect(needs).toEqual([
      { scenario: 'a', mitigation: 'x', brokeOn: ['hardened'], notOn: [], confirmed: true },
      { scenario: 'a', mitigation: 'y', brokeOn: [], notOn: ['hardened'], confirmed: false },
    ])
    expect(unproven).toEqual(['y'])
    expect(deadWeight).toEqual([])
  })

  test('one that breaks with nothing removed confirms nothing, and is dead weight', () => {
    const cells = [cell('a', null, 'broke'), cell('a', 'x', 'broke')]
    const { needs, unproven, deadWeight } = sensitivityFindings(cells, { a: ['x'] })
    expect(needs.map(({ confirmed }) => confirmed)).toEqual([false])
    expect(unproven).toEqual(['x'])
    expect(deadWeight).toEqual([{ scenario: 'a', architecture: 'hardened', verdict: 'broke' }])
  })

  test('what is not proven confirms nothing, and one architecture is enough', () => {
    const cells = [
      ...[cell('a', null, 'held'), cell('a', 'x', 'not-proven')],
      ...[cell('a', null, 'held', 'cellular'), cell('a', 'x', 'broke', 'cellular')],
    ]
    expect(sensitivityFindings(cells.slice(0, 2), { a: ['x'] }).needs[0]?.confirmed).toBe(false)
    const [need] = sensitivityFindings(cells, { a: ['x'] }).needs
    expect(need).toMatchObject({ confirmed: true, brokeOn: ['cellular'], notOn: ['hardened'] })
  })
})

test('the table names each removal that changes something, with its numbers, and what is open', () => {
  const cells = [cell('a', null, 'held'), cell('a', 'x', 'broke'), cell('a', 'y', 'held')]
  const lines = renderSensitivity(cells, sensitivityFindings(cells, { a: ['x', 'y'] }), plain)
  expect(lines).toContain('    without x: broke: 12 logged out, isolation 0.500')
  expect(lines).toContain('  needs: 1 of 2 confirmed')
  expect(lines).toContain('  not confirmed: a says that it needs y, and does not break without it')
  expect(lines).toContain('  unproven: no scenario breaks without y')
})
