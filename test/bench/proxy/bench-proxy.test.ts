import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeBinary } from '../../../harness/stack/node-binary.ts'
import { parseOptions } from './options.ts'
import { cpuSecondsIn, delaySummary, median, percentile, residentMiBIn } from './statistics.ts'
import { figureText, tableOf } from './table.ts'

const bench = (...args: string[]) =>
  spawnSync(nodeBinary(), [join(import.meta.dirname, '../bench.ts'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })

describe('statistics', () => {
  test('takes percentiles by nearest rank', () => {
    const values = [5, 1, 4, 2, 3]
    expect([0, 0.2, 0.5, 0.99, 1].map(share => percentile(values, share))).toEqual([1, 1, 3, 5, 5])
    expect(percentile([], 0.5)).toBeNaN()
  })

  test('takes the middle, or the mean of the two there', () => {
    expect([median([9, 1, 5]), median([4, 1, 2, 3])]).toEqual([5, 2.5])
    expect(median([])).toBeNaN()
  })

  test('reads what the kernel says of a process, whatever its name', () => {
    const stat = '42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 11 0'
    expect(cpuSecondsIn(stat)).toBe(3)
    expect(residentMiBIn('Name:\tnode\nVmHWM:\t  9999 kB\nVmRSS:\t   51200 kB\n')).toBe(50)
  })

  test('shows an early delay as one', () => {
    expect(delaySummary([10.5, 9.75, 11], 10, 0.25)).toEqual({ p50: 0.25, p99: 0.75, min: -0.25, samples: 3 })
  })
})

describe('table', () => {
  test('is at most 100 columns wide, and compares where there is something to compare', () => {
    const row = 'x'.repeat(44)
    const table = tableOf({
      direct: { [row]: 123_456.7 },
      firebreak: { [row]: 61_728, 'own, ms': 0.1234 },
      toxiproxy: { [row]: 30_864 },
    })
    const lines = table.split('\n')
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(101)
    expect(lines[1]?.split(/ +/).slice(1)).toEqual(['123,457', '61,728', '30,864', '0.50x', '2.00x'])
    expect(lines[2]?.split(/ {2,}/).slice(0, 4)).toEqual(['own, ms', '-', '0.123', '-'])
  })

  test('shows three digits that count', () => {
    expect([0, 0.01234, 1.234, 12.34, 123.4, 1_234.5].map(figureText)).toEqual([
      '0',
      '0.012',
      '1.23',
      '12.3',
      '123',
      '1,235',
    ])
  })
})

describe('the command', () => {
  test('takes its options, and Toxiproxy from the environment', () => {
    const args = ['--quick', '--only', 'effect', '--json', 'f.json']
    expect(parseOptions(args, { TOXIPROXY_BIN: '/x' })).toEqual({
      quick: true,
      only: ['effect'],
      json: 'f.json',
      toxiproxy: '/x',
    })
  })

  test.each([
    [[], /no benchmark was named; there are: boot, crowd, planted, proxy/],
    [['nothing'], /there is no benchmark "nothing"; there are: boot, crowd, planted, proxy/],
    [['toString'], /there is no benchmark "toString"/],
    [['proxy', '--only', 'nothing'], /no part "nothing"; there are: throughput, /],
    [['proxy', '--slow'], /'--slow'.*It takes --quick/s],
    [['boot', 'processes', '0'], /runs: "0" is not a whole number above 0/],
  ])('refuses %j with exit code 64', (args, message) => {
    const { status, stderr } = bench(...args)
    expect(stderr).toMatch(message)
    expect(status).toBe(64)
  })

  test.runIf(process.platform === 'linux')('measures, and writes what it measured', () => {
    const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'))
    const file = join(folder, 'figures.json')
    const { status, stdout, stderr } = bench('proxy', '--quick', '--only', 'effect', '--json', file)
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/firebreak/)
    const { results } = JSON.parse(readFileSync(file, 'utf8')) as {
      results: { firebreak: Record<string, number> }
    }
    rmSync(folder, { recursive: true })
    const figures = Object.entries(results.firebreak)
    expect(figures.find(([row]) => /first effect, 1,000/.test(row))?.[1]).toBeGreaterThan(0)
    expect(figures.filter(([row]) => /not delayed/.test(row)).map(([, figure]) => figure)).toEqual([0, 0])
  })
})
