import { describe, expect, test } from 'vitest'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { failing, feed, feedMobile, history, intent, paced, rival } from './build.ts'

describe('harm and isolation', () => {
  test('are 0 and 1 where nothing changes', () => {
    const outcome = computeOutcome(history({ intents: [...paced(feed), ...paced(rival)] }), [])
    expect(outcome.harm({ app: 'feed' })).toBe(0)
    expect(outcome.isolation).toBe(1)
  })

  test('set the goodput during the fault against the steady goodput', () => {
    // Steady: 36 of 40. During: 18 of 40, which is half of that.
    const intents = paced(feed, at => (at < 400 || (at >= 4_000 && at < 6_200) ? 'error' : 'served'))
    const outcome = computeOutcome(history({ intents }), [])
    expect(outcome.segments[0]).toMatchObject({ steadyGoodput: 0.9, faultGoodput: 0.45, harm: 0.5 })
    expect(outcome.isolation).toBe(0.5)
  })

  test('count degraded answers as good, and every other failure as none', () => {
    const bad = ['signed-out', 'refused', 'error', 'timeout', 'unreachable', 'lost'] as const
    const results = ['served', 'degraded', ...bad] as const
    const intents = results.flatMap((result, index) =>
      paced({ ...feed, region: `r${index}` }, failing(4_000, 8_000, result)),
    )
    const outcome = computeOutcome(history({ intents }), [])
    expect(outcome.segments.map(segment => segment.harm)).toEqual([0, 0, 1, 1, 1, 1, 1, 1])
    expect(outcome.isolation).toBe(0.25)
  })

  test('floor harm at 0 where the fault window did better than the steady state', () => {
    const outcome = computeOutcome(history({ intents: paced(feed, failing(0, 2_000)) }), [])
    expect(outcome.harm()).toBe(0)
  })

  test('weigh segments alike, however much traffic they have', () => {
    const intents = [...paced(feed, failing(4_000, 8_000)), ...paced(rival, 'served', { everyMs: 10 })]
    expect(computeOutcome(history({ intents }), []).isolation).toBe(0.5)
  })

  test('leave the segments in scope out of isolation, but not out of harm', () => {
    const intents = [...paced(feed, failing(4_000, 8_000)), ...paced(rival)]
    const outcome = computeOutcome(history({ intents }), { app: 'feed' })
    expect(outcome.isolation).toBe(1)
    expect(outcome.harm({ app: 'feed' })).toBe(1)
    expect(outcome.harm()).toBe(0.5)
    expect(outcome.segments.map(segment => segment.inScope)).toEqual([true, false])
  })

  test('give an isolation of 1 where every segment is in scope', () => {
    const outcome = computeOutcome(history({ intents: paced(feed, failing(4_000, 8_000)) }), {})
    expect(outcome.isolation).toBe(1)
    expect(outcome.timeToContainMs).toBe(0)
  })

  test('count a session that was forced out as harmed until it is signed in again', () => {
    const outcome = computeOutcome(history({ intents: paced(feed, failing(4_000, 7_000, 'signed-out')) }), [])
    expect(outcome.harm()).toBe(0.75)
  })

  test('leave out a segment without steady traffic, without fault traffic, or without steady goodput', () => {
    const intents = [
      ...paced({ ...feed, region: 'late' }, 'served', { from: 4_000 }),
      ...paced({ ...feed, region: 'early' }, 'served', { until: 4_000 }),
      ...paced({ ...feed, region: 'dead' }, 'error'),
      ...paced(rival, failing(4_000, 6_000)),
    ]
    const outcome = computeOutcome(history({ intents }), [])
    expect(outcome.isolation).toBe(0.5)
    expect(outcome.unmeasured).toEqual([
      'feed web dead browse',
      'feed web early browse',
      'feed web late browse',
    ])
    expect(
      outcome.segments.map(({ steadyGoodput, faultGoodput, harm }) => [steadyGoodput, faultGoodput, harm]),
    ).toEqual([
      [0, 0, null],
      [1, null, null],
      [null, 1, null],
      [1, 0.5, 0.5],
    ])
    expect(outcome.harm({ region: 'late' })).toBeNaN()
  })

  test('pass over the warm-up', () => {
    const intents = [...paced(feed, 'error', { from: -2_000, until: 0 }), ...paced(feed)]
    expect(computeOutcome(history({ intents }), []).segments[0]).toMatchObject({
      steadyGoodput: 1,
      intents: 120,
    })
  })

  test('measure the harm of calm in a run without faults', () => {
    const calm = computeOutcome(history({ faults: [], intents: paced(feed) }), [])
    expect(calm).toMatchObject({ isolation: 1, timeToContainMs: 0, timeToRecoverMs: 0, metastable: false })
    const uneasy = computeOutcome(history({ faults: [], intents: paced(feed, failing(8_000, 12_000)) }), [])
    expect(uneasy).toMatchObject({
      isolation: 0.5,
      timeToContainMs: 0,
      timeToRecoverMs: 0,
      metastable: false,
    })
  })
})

describe('time to contain', () => {
  const containMs = (intents: ReturnType<typeof paced>) =>
    computeOutcome(history({ intents: [...intents, ...paced(rival)] }), { surface: 'mobile' }).timeToContainMs

  test('is 0 where isolation never drops', () => {
    expect(containMs(paced(feed))).toBe(0)
  })

  test('is 0 where only what is in scope is harmed', () => {
    expect(containMs(paced(feedMobile, failing(4_000, 12_000)))).toBe(0)
  })

  test('runs from the injection to the first window of lasting isolation', () => {
    // The last failure starts at 5,900: the window that begins at 5,500 holds it, the one at 6,000 does not.
    expect(containMs(paced(feed, failing(4_000, 6_000)))).toBe(2_000)
  })

  test('counts a harm that outlives the undo', () => {
    expect(containMs(paced(feed, failing(4_000, 9_000)))).toBe(5_000)
  })

  test('counts a relapse', () => {
    const flaps = paced(feed, at => (at >= 4_000 && at < 8_000 && at % 2_000 < 500 ? 'error' : 'served'))
    // Failures at 4,000-4,400 and 6,000-6,400.
    expect(containMs(flaps)).toBe(2_500)
  })

  test('is null where isolation is not back by the end', () => {
    expect(containMs(paced(feed, failing(11_500, 12_000)))).toBeNull()
  })

  test('sees a relapse that the steps alone would miss', () => {
    const intents = paced(feed, failing(12_000, 12_100), { until: 12_300 })
    expect(computeOutcome(history({ intents, end: 12_300 }), []).timeToContainMs).toBeNull()
  })

  test('lets a segment without traffic in a window keep its harm of the window before', () => {
    const sparse = [
      ...paced(feed, 'served', { until: 4_000 }),
      intent(feed, 4_100, 'error'),
      intent(feed, 7_600),
    ]
    // Nothing contradicts the failure at 4,100 before the window that begins at 7,000 and holds the success at 7,600.
    expect(containMs(sparse)).toBe(3_000)
  })

  test('takes a segment for unharmed until its first traffic of the fault', () => {
    const late = [...paced(feed, 'served', { until: 4_000 }), intent(feed, 7_600, 'served')]
    expect(containMs(late)).toBe(0)
  })

  test('does not count an isolation of exactly 0.99 as contained', () => {
    // One of a hundred segments fails for the whole run after the injection.
    const intents = Array.from({ length: 100 }, (_, index) =>
      paced({ ...feed, region: `r${index}` }, index === 0 ? failing(4_000, 12_000) : 'served'),
    ).flat()
    const outcome = computeOutcome(history({ intents }), [])
    expect(outcome.isolation).toBe(0.99)
    expect(outcome.timeToContainMs).toBeNull()
  })

  test('follows the options for step and length', () => {
    const intents = paced(feed, failing(4_000, 6_000))
    const outcome = computeOutcome(history({ intents }), [], { stepMs: 900, windowMs: 900 })
    // Windows begin at 4,000, 4,900, 5,800 (holds 5,900), 6,700.
    expect(outcome.timeToContainMs).toBe(2_700)
  })
})
