import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { renderNoise } from '../../../harness/cli/noise.ts'
import type { Noise } from '../../../harness/outcome/noise.ts'
import type { RunResult } from '../../../harness/outcome/results.ts'
import { renderReasons, renderScoreboard, rowsOf } from '../../../harness/report/scoreboard.ts'

const plain = pc.createColors(false)
const noise: Noise = {
  schema: 1,
  runtime: 'processes',
  madeAt: '2026-11-22T10:00:00.000Z',
  architectures: {
    hardened: {
      runs: 30,
      alarms: 1,
      isolation: 0.0021,
      goodput: 0.01,
      goodputMax: 0.1,
      harm: 0.02,
      harmMax: 0.1,
    },
  },
}

function run(harms: readonly number[], architecture = 'hardened'): RunResult {
  const segment = { app: 'feed', surface: 'web', region: 'all', activity: 'browse' } as const
  return {
    scenario: 'wrong-issuer',
    architecture,
    verdict: 'broke',
    reasons: ['it did not hold'],
    timelineMs: 14_000,
    wallMs: 20_000,
    evidence: [],
    outcome: {
      isolation: 0.9,
      forcedLogouts: { count: 0, share: 0 },
      falseAccepts: 0,
      timeToContainMs: 0,
      timeToRecoverMs: 0,
      metastable: false,
      amplification: 1,
      segments: [],
      harmedOutside: harms.map((harm, index) => ({ ...segment, region: index === 0 ? 'all' : 'us', harm })),
    },
  }
}

describe('a scoreboard with a noise floor', () => {
  test('shows it beside isolation, where there is one for the architecture, within 80 columns', () => {
    const lines = renderScoreboard(rowsOf([run([]), run([], 'cellular')]), plain, noise)
    expect(lines[1]).toContain(' 0.900±.002 ')
    expect(lines[2]).toContain(' 0.900 ')
    expect(lines.filter(line => line.length > 80)).toEqual([])
    expect(renderScoreboard(rowsOf([run([])]), plain).join('\n')).not.toContain('±')
  })

  test('says it with what did not hold', () => {
    expect(renderReasons([run([])], plain, noise)).toContain(
      '    noise of 30 calm runs: isolation 0.002, goodput 0.010, harm 0.020',
    )
  })
})

describe('what did not hold', () => {
  test('names who was harmed outside the scope, worst first, and not without end', () => {
    const lines = renderReasons([run([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])], plain)
    expect(lines.slice(3)).toEqual([
      '    harmed outside the scope:',
      '       90.0 %  feed web browse',
      '       80.0 %  feed web us browse',
      '       70.0 %  feed web us browse',
      '       60.0 %  feed web us browse',
      '       50.0 %  feed web us browse',
      '       40.0 %  feed web us browse',
      '      and 2 more',
    ])
  })
})

test('the table of a noise floor counts the quiet runs', () => {
  const lines = renderNoise(noise)
  expect(lines.join('\n')).toMatch(/hardened +29\/30 +0\.0021 +0\.0100 +0\.0200 +0\.1000/)
  expect(lines.filter(line => line.length > 80)).toEqual([])
})
