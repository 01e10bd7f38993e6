import { expect, test } from 'vitest'
import { cohortsOf } from '../../../harness/outcome/cohorts.ts'
import { reportCurveOf } from '../../../harness/outcome/report-curve.ts'
import { feedMobile, history, intent, session } from './build.ts'

const forcedOut = { at: 5_000, type: 'forced-out' } as const

test('each session alive at the first fault is in one cohort, and who was lost is counted', () => {
  const sessions = [
    ...session('old', -5_000),
    ...session('old too', -5_000, forcedOut),
    ...session('new', 3_500, forcedOut),
    ...session('tabs', -5_000, forcedOut, { cohort: 'several-tabs' }),
    ...session('renewing', -5_000, undefined, { cohort: 'background', user: 'bob' }),
    ...session('gone before', 0, { at: 3_000, type: 'signed-out' }),
    ...session('came after', 6_000, { at: 7_000, type: 'forced-out' }),
  ]
  const renewal = { ...intent(feedMobile, 3_990), activity: 'refresh' as const, user: 'bob', latencyMs: 100 }
  expect(cohortsOf(history({ sessions, intents: [renewal] }))).toEqual([
    { cohort: 'refresh-in-flight', alive: 1, forcedOut: 0, share: 0 },
    { cohort: 'several-tabs', alive: 1, forcedOut: 1, share: 1 },
    { cohort: 'fresh', alive: 1, forcedOut: 1, share: 1 },
    { cohort: 'ordinary', alive: 2, forcedOut: 1, share: 0.5 },
  ])
  expect(cohortsOf(history({ sessions, faults: [] }))).toEqual([])
})

test('a report curve counts each app by the second, within the timeline', () => {
  const report = { surface: 'web', region: 'us', kind: 'signed-out', counted: true } as const
  const reports = [
    { ...report, app: 'photos', at: 0 },
    { ...report, app: 'feed', at: 1_000 },
    { ...report, app: 'feed', at: 1_999 },
    { ...report, app: 'feed', at: -1 },
    { ...report, app: 'feed', at: 3_000 },
  ]
  expect(reportCurveOf(history({ reports, end: 2_500 }))).toEqual([
    { app: 'feed', perSecond: [0, 2, 0] },
    { app: 'photos', perSecond: [1, 0, 0] },
  ])
  expect(reportCurveOf(history())).toEqual([])
})
