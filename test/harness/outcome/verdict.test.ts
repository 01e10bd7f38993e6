import { describe, expect, test } from 'vitest'
import { exitCodeOf, mergeVerdicts, type Verdict } from '../../../harness/outcome/verdict.ts'

const cases: { several: Verdict[]; worst: Verdict; exitCode: number }[] = [
  { several: ['held', 'held'], worst: 'held', exitCode: 0 },
  { several: ['held', 'broke', 'held'], worst: 'broke', exitCode: 1 },
  { several: ['not-proven', 'held'], worst: 'not-proven', exitCode: 2 },
  { several: ['not-proven', 'broke', 'not-proven'], worst: 'broke', exitCode: 1 },
  { several: ['held', 'error'], worst: 'error', exitCode: 3 },
  { several: ['broke', 'error', 'not-proven'], worst: 'error', exitCode: 3 },
  { several: [], worst: 'not-proven', exitCode: 2 },
]

describe('verdicts', () => {
  test.each(cases)('$several merge to $worst and exit with $exitCode', ({ several, worst, exitCode }) => {
    expect(mergeVerdicts(several)).toBe(worst)
    expect(exitCodeOf(several)).toBe(exitCode)
  })
})
