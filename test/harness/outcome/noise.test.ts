import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import { noiseOf, readNoise } from '../../../harness/outcome/noise.ts'
import type { RunResult } from '../../../harness/outcome/results.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-noise-'))
afterAll(() => rmSync(folder, { recursive: true }))
const madeAt = '2026-11-22T10:00:00.000Z'

function run(isolation: number, harms: readonly number[], verdict: RunResult['verdict'] = 'held'): RunResult {
  const segment = { app: 'feed', surface: 'web', region: 'all', activity: 'browse', inScope: false } as const
  return {
    scenario: 'calm',
    architecture: 'hardened',
    verdict,
    reasons: [],
    timelineMs: 1,
    wallMs: 1,
    evidence: [],
    outcome: {
      isolation,
      forcedLogouts: { count: 0, share: 0 },
      falseAccepts: 0,
      timeToContainMs: 0,
      timeToRecoverMs: 0,
      metastable: false,
      amplification: 1,
      segments: harms.map(harm => ({
        ...segment,
        steadyGoodput: 1,
        faultGoodput: 1 - harm,
        harm,
        p50Ms: 1,
        p99Ms: 1,
      })),
    },
  }
}

describe('noiseOf', () => {
  test('takes the worst isolation, and of goodput and harm the worst 1 % and the worst', () => {
    const quiet = Array.from({ length: 99 }, () => run(1, [0, 0.01]))
    const { architectures } = noiseOf([...quiet, run(0.97, [0, 0.06], 'broke')], 'processes', madeAt)
    expect(architectures.hardened).toEqual({
      runs: 100,
      alarms: 1,
      isolation: expect.closeTo(0.03),
      goodput: expect.closeTo(0.01),
      goodputMax: expect.closeTo(0.06),
      harm: 0.01,
      harmMax: 0.06,
    })
  })

  test('leaves what was not measured out of the numbers, but not out of the alarms', () => {
    const { outcome: _, ...unmeasured } = run(1, [], 'error')
    expect(noiseOf([run(1, [0]), unmeasured], 'processes', madeAt).architectures.hardened).toMatchObject({
      runs: 2,
      alarms: 1,
    })
    expect(() => noiseOf([unmeasured], 'processes', madeAt)).toThrow(UsageError)
  })
})

describe('readNoise', () => {
  const written = (text: string) => {
    const path = join(folder, 'noise.json')
    writeFileSync(path, text)
    return path
  }

  test('reads what was written, and nothing where there is none', () => {
    const noise = noiseOf([run(1, [0.01])], 'processes', madeAt)
    expect(readNoise(written(JSON.stringify(noise)))).toEqual(noise)
    expect(readNoise(join(folder, 'none.json'))).toBeUndefined()
  })

  test.each([
    ['no JSON', 'isolation', /not JSON/],
    ['something else', '{"schema":2}', /not a noise file/],
    ['a folder', undefined, /cannot be read/],
  ])('says what is wrong with %s', (_, text, message) => {
    const path = text === undefined ? folder : written(text)
    expect(() => readNoise(path)).toThrow(UsageError)
    expect(() => readNoise(path)).toThrow(message)
  })
})
