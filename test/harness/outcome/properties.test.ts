import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  activities,
  type FaultWindow,
  type History,
  type Intent,
  results,
  surfaces,
} from '../../../harness/outcome/history.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { parseResults } from '../../../harness/outcome/results.ts'
import type { Scope } from '../../../harness/scope.ts'
import { history, session } from './build.ts'

const segment = {
  app: fc.constantFrom('feed', 'rival'),
  surface: fc.constantFrom(...surfaces.slice(0, 2)),
  region: fc.constantFrom('us', 'eu'),
  activity: fc.constantFrom(...activities.slice(0, 2)),
}

const intents: fc.Arbitrary<Intent[]> = fc.array(
  fc.record({
    ...segment,
    at: fc.integer({ min: -1_000, max: 12_500 }),
    latencyMs: fc.nat({ max: 3_000 }),
    // Mostly served, as in a run that is worth measuring.
    result: fc.oneof({ weight: 3, arbitrary: fc.constant('served' as const) }, fc.constantFrom(...results)),
    user: fc.constant('ann'),
  }),
  { maxLength: 200 },
)

const faults: fc.Arbitrary<FaultWindow[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 5_000 }))
    .map(([from, lastsMs]) => ({ fault: 'latency', target: 'auth', from, until: from + lastsMs })),
  { maxLength: 3 },
)

const sessions = fc
  .array(
    fc.record({
      opened: fc.integer({ min: -1_000, max: 9_000 }),
      livedMs: fc.nat({ max: 5_000 }),
      end: fc.option(fc.constantFrom('signed-out' as const, 'forced-out' as const), { nil: undefined }),
    }),
    { maxLength: 20 },
  )
  .map(lives =>
    lives.flatMap(({ opened, livedMs, end }, index) =>
      session(`s${index}`, opened, end && { at: opened + livedMs, type: end }),
    ),
  )

const histories: fc.Arbitrary<History> = fc.record({ intents, faults, sessions }).map(parts => history(parts))
const scopes: fc.Arbitrary<Scope> = fc.constantFrom<Scope>([], {}, { app: 'feed' }, [
  { activity: 'sign-in' },
  { region: 'eu' },
])

describe('the outcome of any history', () => {
  test('keeps every share between 0 and 1 and every time within the timeline', () => {
    fc.assert(
      fc.property(histories, scopes, (run, scope) => {
        const outcome = computeOutcome(run, scope).toJSON()
        const harms = outcome.segments.map(each => each.harm).filter(harm => harm !== null)
        const goodputs = outcome.segments.flatMap(each => [each.steadyGoodput ?? 0, each.faultGoodput ?? 0])
        for (const share of [...harms, ...goodputs, outcome.isolation, outcome.forcedLogouts.share]) {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
        for (const timeMs of [outcome.timeToContainMs ?? 0, outcome.timeToRecoverMs ?? 0]) {
          expect(timeMs).toBeGreaterThanOrEqual(0)
          expect(timeMs).toBeLessThanOrEqual(run.end)
        }
        if (outcome.metastable) expect(outcome.timeToRecoverMs).toBeNull()
        expect(outcome.forcedLogouts.count).toBeGreaterThanOrEqual(
          Math.round(outcome.forcedLogouts.share * outcome.forcedLogouts.alive),
        )
      }),
    )
  })

  test('accounts for every intent of the fault window', () => {
    fc.assert(
      fc.property(histories, run => {
        const { segments, windows } = computeOutcome(run, [])
        const cameAt = run.faults.length === 0 ? Number.POSITIVE_INFINITY : windows.steady.until
        const during = run.intents.filter(({ at, latencyMs }) => {
          const inFlight = at >= 0 && at < cameAt && at + latencyMs > cameAt
          const since = inFlight ? cameAt : at
          return windows.fault.some(({ from, until }) => since >= from && since < until)
        })
        const counted = segments
          .flatMap(each => Object.values(each.results))
          .reduce((sum, count) => sum + count, 0)
        expect(counted).toBe(during.length)
        expect(segments.reduce((sum, each) => sum + each.inFaultIntents, 0)).toBe(during.length)
      }),
    )
  })

  test('fits the results file', () => {
    fc.assert(
      fc.property(histories, scopes, (run, scope) => {
        const file = {
          schema: 1,
          seed: 1,
          runtime: 'simulation',
          startedAt: '2026-11-22T10:00:00Z',
          wallMs: 1,
          runs: [
            {
              scenario: 'any',
              architecture: 'shared-fate',
              verdict: 'held',
              reasons: [],
              timelineMs: run.end,
              wallMs: 1,
              evidence: [],
              outcome: computeOutcome(run, scope),
            },
          ],
        }
        expect(parseResults(JSON.stringify(file), 'results.json').runs).toHaveLength(1)
      }),
    )
  })

  test('never isolates better because an intent outside the scope failed during the fault', () => {
    fc.assert(
      fc.property(histories, scopes, fc.nat(), (run, scope, chosen) => {
        const before = computeOutcome(run, scope)
        const outside = before.segments.filter(each => !each.inScope)
        const candidates = run.intents.filter(
          intent =>
            before.windows.fault.some(({ from, until }) => intent.at >= from && intent.at < until) &&
            outside.some(each =>
              (['app', 'surface', 'region', 'activity'] as const).every(
                field => each[field] === intent[field],
              ),
            ),
        )
        fc.pre(candidates.length > 0)
        const victim = candidates[chosen % candidates.length]
        const failed = run.intents.map(intent =>
          intent === victim ? { ...intent, result: 'error' as const } : intent,
        )
        const after = computeOutcome({ ...run, intents: failed }, scope)
        expect(after.isolation).toBeLessThanOrEqual(before.isolation)
        // Containing it takes no less time either; null is longest.
        expect(after.timeToContainMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
          before.timeToContainMs ?? Number.POSITIVE_INFINITY,
        )
      }),
    )
  })
})
