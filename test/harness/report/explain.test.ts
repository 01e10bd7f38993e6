import { describe, expect, test } from 'vitest'
import { explain } from '../../../harness/report/explain.ts'
import { aRun } from './runs.ts'

const about = {
  title: 'A wrong issuer is pushed',
  story: 'Somebody changes a line.',
  needs: ['config-validation'],
}

describe('explain', () => {
  test('says what was broken, who fell and why, who did not, how it came back, and what matters', () => {
    const run = aRun({ architecture: 'shared-fate', isolation: 0.28, share: 0.676, forcedOut: 135 })
    const others = [run, aRun({ architecture: 'hardened', isolation: 1, share: 0, forcedOut: 0 })]
    const sentences = explain({ ...about, architecture: 'shared-fate', run, others })
    expect(sentences).toHaveLength(5)
    const text = sentences.join(' ')
    expect(text).toContain('config-push at auth for 6.0 s')
    expect(text).toContain('135 valid sessions (68 %) were thrown away')
    expect(text).toContain('took it for “inactive”')
    expect(text).toContain('Isolation was 0.28')
    expect(text).toContain('chat mobile went on as before')
    expect(text).toContain('2.5 s after the fault was gone')
    expect(text).toContain('What matters is config-validation: on hardened isolation was 1.00')
  })

  test('tells the story where there was no run', () => {
    const sentences = explain({ ...about, architecture: 'cellular', others: [] })
    expect(sentences.join(' ')).toContain('Somebody changes a line.')
    expect(sentences.join(' ')).toContain('has not been run on cellular')
  })

  test('says so where nothing holds it, and where nobody was signed out', () => {
    const run = aRun({ architecture: 'hardened', isolation: 1, share: 0, forcedOut: 0 })
    const text = explain({ ...about, needs: [], architecture: 'hardened', run, others: [run] }).join(' ')
    expect(text).toContain('No mitigation here holds it')
    expect(text).toContain('Nobody lost a valid session')
  })
})
