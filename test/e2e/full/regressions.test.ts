/**
 * What a baseline is for: somebody changes a number in a service, and is told what it does to whom. Each change is planted in
 * a copy of the project; the copies run in simulation, where nothing else differs.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baselineOf } from '../../../harness/outcome/baseline.ts'
import { compare } from '../../../harness/outcome/comparison.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'
import { simulateAll } from '../../../harness/stack/simulation/workers.ts'
import { Room } from '../room.ts'

const parts = ['harness', 'services', 'scenarios', 'package.json', 'package-lock.json']
const scenario = 'auth-timeouts'
const seed = 11
const limitMs = 120_000

interface Planted {
  what: string
  file: string
  from: string
  to: string
  also?: { from: string; to: string }
  /** What the comparison says of it. */
  named: RegExp
}

const deployed = 'harness/stack/documents.ts'
const planted: readonly Planted[] = [
  {
    what: 'a grace of one second instead of a minute',
    ...{ file: deployed, from: 'graceMs: 60_000', to: 'graceMs: 1_000' },
    named: /feed web all browse: goodput 100 % -> \d/,
  },
  {
    what: 'keys that are good for a second',
    ...{ file: deployed, from: 'keyMaxAgeMs: 10_000', to: 'keyMaxAgeMs: 1_000' },
    also: { from: 'staleKeyMaxS: dayS', to: 'staleKeyMaxS: 1' },
    named: /photos mobile all browse: latency p99 \d+ ms -> p99 \d{4} ms/,
  },
  {
    what: 'an edge that waits 0.3 s for an app instead of 5',
    ...{ file: deployed, from: 'timeoutMs: 5_000', to: 'timeoutMs: 300' },
    named: /isolation 1\.000 -> 0[\s\S]*web all browse: goodput 100 % -> \d/,
  },
  {
    what: 'access tokens that live three seconds',
    ...{ file: deployed, from: 'accessTokenTtlS: 20', to: 'accessTokenTtlS: 3' },
    named: /photos mobile all browse: goodput 100 % -> \d/,
  },
  {
    what: 'a circuit that stays open for eight seconds',
    ...{ file: 'services/common/circuit.ts', from: 'openMs = 500', to: 'openMs = 8_000' },
    named: /recovery [\d.]+ s -> [\d.]+ s/,
  },
]

describe('a change in a service', () => {
  let home = ''
  let baseline = ''

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'firebreak-planted-'))
    baseline = join(home, 'baseline.json')
    await using room = new Room()
    const args = ['--runtime', 'simulation', '--architecture', 'hardened', '--seed', String(seed)]
    const { code, output } = await room.run([scenario, ...args, '--baseline', baseline, '--update-baseline'])
      .ended
    expect(code, output).toBe(0)
  }, limitMs)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  test.each(planted)(
    '$what is named, with who feels it',
    async ({ file, from, to, also, named }) => {
      await using room = new Room()
      const copy = join(room.folder, 'copy')
      mkdirSync(copy)
      for (const part of parts) cpSync(join(rootFolder, part), join(copy, part), { recursive: true })
      symlinkSync(join(rootFolder, 'node_modules'), join(copy, 'node_modules'))
      const text = readFileSync(join(copy, file), 'utf8')
      expect(text).toContain(from)
      writeFileSync(join(copy, file), text.replace(from, to).replace(also?.from ?? from, also?.to ?? to))
      const program = join(copy, 'harness/cli/firebreak.js')
      const args = ['--runtime', 'simulation', '--architecture', 'hardened', '--seed', String(seed)]
      const run = room.node(
        [program, 'run', scenario, ...args, '--out', room.out, '--baseline', baseline],
        {},
        copy,
      )
      const { code, output } = await run.ended
      expect(output).toMatch(named)
      expect(code).toBe(1)
    },
    limitMs,
  )
})

test('ten comparisons of the same with the same raise no alarm', async () => {
  const architecture = architectureOf('hardened')
  const seeds = Array.from({ length: 11 }, (_, index) => index + seed)
  const jobs = seeds.map(each => ({ scenario, architecture, seed: each, twin: false }))
  const runs = await simulateAll(jobs)
  const [first, ...others] = runs.map(({ run }) => baselineOf({ runs: [run], runtime: 'simulation' }))
  if (!first) throw new Error('nothing ran')
  const worse = others.flatMap(other =>
    compare(first, other).changes.filter(({ kind }) => kind === 'regression'),
  )
  expect(worse).toEqual([])
  expect(others).toHaveLength(10)
}, 300_000)
