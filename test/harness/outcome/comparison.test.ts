import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../harness/crowd/random.ts'
import { type Baseline, baselineOf, type Held } from '../../../harness/outcome/baseline.ts'
import { compare } from '../../../harness/outcome/comparison.ts'
import { aRun } from '../report/runs.ts'

const cellNames = Array.from({ length: 24 }, (_, n) => `app-${n} web all browse`)

function held(change: Partial<Held> = {}): Held {
  return {
    runs: 1,
    verdict: 'held',
    isolation: 1,
    timeToRecoverMs: 1_000,
    amplification: 1.5,
    sessions: { 'feed web': { of: 15, lost: 0 } },
    cells: Object.fromEntries(cellNames.map(name => [name, { of: 20, good: 20, p99Ms: 80 }])),
    ...change,
  }
}

const baseline = (of: Held, scenario = 'wrong-issuer'): Baseline => ({
  schema: 1,
  kind: 'baseline',
  runtime: 'processes',
  held: { [scenario]: { hardened: of } },
})

const changes = (before: Partial<Held>, after: Partial<Held>) =>
  compare(baseline(held(before)), baseline(held(after))).changes

describe('compare', () => {
  test('finds nothing between a run and itself', () => {
    expect(changes({}, {})).toEqual([])
  })

  test('names the cell that got worse, with what it was, what it is, and what it had to exceed', () => {
    const cells = { ...held().cells, 'app-3 web all browse': { of: 20, good: 6, p99Ms: 80 } }
    expect(changes({}, { cells })).toMatchObject([
      {
        scenario: 'wrong-issuer',
        architecture: 'hardened',
        cell: 'app-3 web all browse',
        measure: 'goodput',
        kind: 'regression',
        before: '100 %',
        after: '30 %',
        floor: expect.stringContaining('15 %'),
      },
    ])
    expect(changes({ cells }, {})).toMatchObject([{ kind: 'improvement' }])
  })

  test.each<[string, Partial<Held>, string]>([
    ['a verdict', { verdict: 'broke' }, 'verdict'],
    ['isolation', { isolation: 0.8 }, 'isolation'],
    ['that it does not come back', { timeToRecoverMs: null }, 'recovery'],
    ['that it comes back late', { timeToRecoverMs: 6_000 }, 'recovery'],
    ['more retries', { amplification: 2.4 }, 'amplification'],
    ['sessions', { sessions: { 'feed web': { of: 15, lost: 13 } } }, 'forced-out'],
  ])('sees %s', (_, after, measure) => {
    expect(changes({}, after)).toMatchObject([{ measure, kind: 'regression' }])
    expect(changes(after, {})).toMatchObject([{ measure, kind: 'improvement' }])
  })

  test('sees waiting where two cells have it, since of a few answers the slowest may be anybody', () => {
    const slow = { of: 20, good: 20, p99Ms: 900 }
    const one = { cells: { ...held().cells, 'app-1 web all browse': slow } }
    const two = { cells: { ...one.cells, 'app-2 web all browse': slow } }
    expect(changes({}, one)).toEqual([])
    const both = { measure: 'latency', kind: 'regression' }
    expect(changes({}, two)).toMatchObject([both, both])
    expect(changes(two, {})).toMatchObject([{ kind: 'improvement' }, { kind: 'improvement' }])
  })

  test('claims nothing from what was not proven', () => {
    expect(changes({}, { verdict: 'not-proven' })).toEqual([])
  })

  test('says what is only in one of them', () => {
    const { missing, added, compared } = compare(baseline(held()), baseline(held(), 'calm'))
    expect({ missing, added, compared }).toEqual({
      missing: ['wrong-issuer on hardened'],
      added: ['calm on hardened'],
      compared: 0,
    })
  })

  test('raises hardly an alarm between runs of the same thing, and finds what is not', () => {
    const random = createRandom(7, 'comparison')
    const drawn = (of: number, rate: number) =>
      Array.from({ length: of }, random).filter(each => each < rate).length
    const sample = (rateOf: (n: number) => number): Held =>
      held({
        cells: Object.fromEntries(
          cellNames.map((name, n) => [name, { of: 20, good: drawn(20, rateOf(n)), p99Ms: 80 }]),
        ),
      })
    // From cells that are always served to such as fail half of the time.
    const usual = (n: number) => [1, 0.98, 0.9, 0.5][n % 4] as number
    const worse = (n: number) => (n === 8 ? 0.2 : usual(n))
    let alarms = 0
    let found = 0
    const draws = 300
    for (let draw = 0; draw < draws; draw += 1) {
      const before = baseline(sample(usual))
      alarms += compare(before, baseline(sample(usual))).changes.length > 0 ? 1 : 0
      found += compare(before, baseline(sample(worse))).changes.some(({ cell }) => cell === cellNames[8])
        ? 1
        : 0
    }
    expect(alarms / draws).toBeLessThan(0.02)
    expect(found / draws).toBeGreaterThan(0.9)
  })
})

describe('a baseline', () => {
  test('is sorted and small, and has every cell once', () => {
    const runs = ['hardened', 'cellular'].map(architecture => aRun({ architecture, isolation: 1 }))
    const { held: of } = baselineOf({ runs, runtime: 'processes' })
    expect(Object.keys(of['wrong-issuer'] ?? {})).toEqual(['cellular', 'hardened'])
    const cells = Object.keys(of['wrong-issuer']?.hardened?.cells ?? {})
    expect(cells).toEqual(cells.toSorted())
    expect(cells).toContain('chat mobile all browse')
  })

  test('takes several runs of the same together', () => {
    const runs = [aRun({ isolation: 1 }), aRun({ isolation: 0.9, verdict: 'broke' })]
    const one = baselineOf({ runs, runtime: 'processes' }).held['wrong-issuer']?.['shared-fate']
    expect(one).toMatchObject({ runs: 2, isolation: 0.95, verdict: 'broke' })
    expect(one?.cells['feed web all browse']?.of).toBe(20)
  })
})
