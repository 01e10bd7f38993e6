import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Counts } from '../../../services/status/counts.ts'
import { RatePerSecond } from '../../../services/status/rate-per-second.ts'
import { median, ReportBook } from '../../../services/status/report-book.ts'
import { curveQuerySchema, reportSchema } from '../../../services/status/report-input.ts'
import { Reporters } from '../../../services/status/reporters.ts'

const start = 1_800_000_000_000
beforeEach(() => void vi.useFakeTimers({ now: start }))
afterEach(() => void vi.useRealTimers())

const products = [{ app: 'feed', title: 'Feed', surfaces: ['web' as const] }]
let reporter = 0
const fromSomebody = (app = 'feed') => ({ app, kind: 'other' as const, reporter: `r${reporter++}` })
function book(isQuiet: (app: string, from: number, until: number) => boolean = () => true) {
  return new ReportBook({ products, regions: ['us'], isQuiet, windowMs: 60_000, rememberedMax: 1_000 })
}

describe('counts over time', () => {
  test('find what was counted in any span of whole buckets', () => {
    const at = fc.integer({ min: 0, max: 100_000 })
    fc.assert(
      fc.property(fc.array(at), at, at, (times, a, b) => {
        const counts = new Counts()
        for (const time of times) counts.add(start + time)
        const from = Math.floor(Math.min(a, b) / 250) * 250
        const until = Math.floor(Math.max(a, b) / 250) * 250
        const expected = times.filter(time => time >= from && time < until).length
        expect(counts.between(start + from, start + until)).toBe(expected)
      }),
    )
  })

  test('forget what is older than their horizon', () => {
    const counts = new Counts()
    counts.add(start)
    counts.add(start + 30 * 60_000)
    expect(counts.between(start, start + 250)).toBe(0)
    expect(counts.between(start + 30 * 60_000, start + 31 * 60_000)).toBe(1)
  })
})

describe('reporters', () => {
  test('count once for each app within the window, and again after it', () => {
    const reporters = new Reporters({ windowMs: 1_000, rememberedMax: 100 })
    expect(reporters.isFirst('feed', 'ada')).toBe(true)
    expect(reporters.isFirst('feed', 'ada')).toBe(false)
    expect(reporters.isFirst('chat', 'ada')).toBe(true)
    expect(reporters.isFirst('feed', 'bob')).toBe(true)
    vi.advanceTimersByTime(1_000)
    expect(reporters.isFirst('feed', 'ada')).toBe(true)
  })

  test('are remembered in bounded memory, the newest for certain', () => {
    const reporters = new Reporters({ windowMs: 1e9, rememberedMax: 100 })
    for (let index = 0; index < 1_000; index += 1) reporters.isFirst('feed', `r${index}`)
    expect(reporters.remembered).toBeLessThanOrEqual(100)
    for (let index = 950; index < 1_000; index += 1)
      expect(reporters.isFirst('feed', `r${index}`)).toBe(false)
  })
})

describe('the curve of reports', () => {
  test('has a count for each step, the peak, kinds and regions', () => {
    const reports = book()
    for (const [waitMs, count] of [
      [0, 1],
      [1_000, 3],
      [1_000, 2],
    ] as const) {
      vi.advanceTimersByTime(waitMs)
      for (let index = 0; index < count; index += 1)
        reports.add({ ...fromSomebody(), kind: 'signed-out', region: 'us' })
    }
    expect(reports.curve('feed', { fromMs: start, toMs: start + 4_000, stepMs: 1_000 })).toEqual({
      app: 'feed',
      fromMs: start,
      stepMs: 1_000,
      counts: [1, 3, 2, 0],
      baseline: 0,
      peak: { count: 3, atMs: start + 1_000 },
      kinds: { 'cannot-sign-in': 0, 'signed-out': 6, 'not-loading': 0, other: 0 },
      regions: { us: 6 },
    })
    expect(reports.recent('feed', 5_000)).toBe(6)
    reports.reset()
    expect(reports.recent('feed', 5_000)).toBe(0)
  })

  test('begins no earlier than the horizon, however early it is asked for', () => {
    const { fromMs, counts } = book().curve('feed', { fromMs: 0, toMs: start + 1, stepMs: 1_000 })
    expect(fromMs).toBe(start - 30 * 60_000)
    expect(counts.length).toBe(1_801)
  })

  test('takes for usual the median of the quiet past', () => {
    const noisy = { from: start + 20_000, until: start + 30_000 }
    const reports = book((_, from, until) => until <= noisy.from || from >= noisy.until)
    for (let second = 0; second < 60; second += 1) {
      const isNoisy = second >= 20 && second < 30
      for (let index = 0; index < (isNoisy ? 50 : 2); index += 1) reports.add(fromSomebody())
      vi.advanceTimersByTime(1_000)
    }
    expect(reports.usual('feed', 5_000)).toBe(10)
    expect(reports.usual('feed', 1_000)).toBe(2)
    // The present does not belong to it.
    for (let index = 0; index < 500; index += 1) reports.add(fromSomebody())
    expect(reports.usual('feed', 5_000)).toBe(10)
  })

  test.each([
    [[], 0],
    [[3], 3],
    [[1, 2], 1.5],
    [[9, 1, 2], 2],
  ])('median of %j is %d', (values, expected) => expect(median(values)).toBe(expected))
})

describe('a rate', () => {
  test('gives so many a second, and twice as many at once', () => {
    const rate = new RatePerSecond(5)
    const taken = () => Array.from({ length: 100 }, () => rate.take()).filter(Boolean).length
    expect(taken()).toBe(10)
    vi.advanceTimersByTime(1_000)
    expect(taken()).toBe(5)
    vi.advanceTimersByTime(60_000)
    expect(taken()).toBe(10)
  })
})

describe('what is sent', () => {
  test('is a report or is refused, and never throws', () => {
    const good = { app: 'feed', kind: 'other', reporter: 'ada' }
    expect(reportSchema.safeParse(good).success).toBe(true)
    const odd = fc.oneof(
      fc.anything(),
      fc.record({ app: fc.anything(), kind: fc.anything(), reporter: fc.anything() }),
    )
    fc.assert(
      fc.property(odd, value => {
        const { success, data } = reportSchema.safeParse(value)
        if (success) expect(data.reporter.length).toBeLessThanOrEqual(200)
      }),
    )
    for (const change of [
      { app: '' },
      { kind: 'bored' },
      { reporter: '' },
      { reporter: 'x'.repeat(201) },
      { surface: 'tv' },
    ])
      expect(reportSchema.safeParse({ ...good, ...change }).success).toBe(false)
  })

  test('as a query gives a bounded number of whole steps or is refused', () => {
    const text = fc.oneof(
      fc.string(),
      fc.nat().map(String),
      fc.constantFrom('250', '1000', '0', '-1', '1e3', '251'),
    )
    const query = fc.record(
      { app: fc.string(), fromMs: text, toMs: text, stepMs: text },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(query, value => {
        const { success, data } = curveQuerySchema.safeParse(value)
        if (!success) return
        expect(data.stepMs % 250).toBe(0)
        expect((data.toMs - data.fromMs) / data.stepMs).toBeGreaterThan(0)
        expect((data.toMs - data.fromMs) / data.stepMs).toBeLessThanOrEqual(2_000)
      }),
    )
    expect(curveQuerySchema.parse({ app: 'feed' })).toEqual({
      app: 'feed',
      fromMs: start + 1 - 300_000,
      toMs: start + 1,
      stepMs: 1_000,
    })
    expect(curveQuerySchema.safeParse({ app: 'feed', stepMs: '300' }).success).toBe(false)
    expect(curveQuerySchema.safeParse({ app: 'feed', fromMs: '0', stepMs: '250' }).success).toBe(false)
  })
})
