import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { results } from '../../../harness/outcome/history.ts'
import { seriesOf } from '../../../harness/outcome/series.ts'
import { feed, feedMobile, history, intent, paced, rival, session } from './build.ts'

const total = (values: readonly number[] = []) => values.reduce((sum, value) => sum + value, 0)

describe('seriesOf', () => {
  test('has an entry for each second of the timeline', () => {
    const { groups, p50Ms } = seriesOf(history({ intents: paced(feed) }))
    expect(p50Ms).toHaveLength(12)
    expect(groups).toHaveLength(1)
    expect(groups[0]).toMatchObject({ app: 'feed', surface: 'web' })
    expect(groups[0]?.intended).toEqual(Array.from({ length: 12 }, () => 10))
  })

  test('counts every intent of the timeline once, whatever came of it', () => {
    const anIntent = fc
      .record({
        at: fc.integer({ min: -2_000, max: 14_000 }),
        result: fc.constantFrom(...results),
        segment: fc.constantFrom(feed, feedMobile, rival),
      })
      .map(({ at, result, segment }) => intent(segment, at, result))
    fc.assert(
      fc.property(fc.array(anIntent, { maxLength: 60 }), intents => {
        const { groups } = seriesOf(history({ intents }))
        const within = intents.filter(({ at }) => at >= 0 && at < 12_000)
        expect(total(groups.flatMap(({ intended }) => intended))).toBe(within.length)
        for (const { intended, good, signedOut, refused, failed } of groups)
          for (const n of intended.keys())
            expect(intended[n]).toBe(
              (good[n] ?? 0) + (signedOut[n] ?? 0) + (refused[n] ?? 0) + (failed[n] ?? 0),
            )
      }),
    )
  })

  test('follows who is signed in, from before the timeline on', () => {
    const sessions = [
      ...session('early', -500),
      ...session('late', 1_200),
      ...session('lost', -400, { at: 5_300, type: 'forced-out' }),
    ]
    const [group] = seriesOf(history({ intents: paced(feed), sessions })).groups
    expect(group?.signedIn.slice(0, 7)).toEqual([2, 3, 3, 3, 3, 2, 2])
    expect(group?.forcedOut[5]).toBe(1)
    expect(total(group?.forcedOut)).toBe(1)
  })

  test('leaves the control group out of the family’s latency', () => {
    const slow = paced(rival).map(each => ({ ...each, latencyMs: 900 }))
    expect(seriesOf(history({ intents: [...paced(feed), ...slow] })).p99Ms[3]).toBe(20)
    expect(seriesOf(history({ intents: slow })).p50Ms[3]).toBeNull()
  })

  test('spreads counts of requests over the seconds between two readings', () => {
    const authLoad = [
      { at: 500, requests: 100 },
      { at: 1_500, requests: 300 },
      { at: 3_500, requests: 500 },
      // The proxy was replaced.
      { at: 4_500, requests: 10 },
      { at: 5_500, requests: 110 },
    ]
    const { authRequests } = seriesOf(history({ intents: paced(feed), authLoad }))
    // Of the first, fourth and sixth second only half is known.
    expect(authRequests?.slice(0, 7)).toEqual([200, 150, 100, 100, 100, 100, 0])
    expect(seriesOf(history()).authRequests).toBeUndefined()
  })
})
