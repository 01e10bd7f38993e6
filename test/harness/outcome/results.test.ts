import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { type OutcomeResult, parseResults, type Results } from '../../../harness/outcome/results.ts'
import { feed, history, paced, rival } from './build.ts'

/** The page of the format, with one value of each field. */
const documented: Results = {
  schema: 1,
  seed: 42,
  runtime: 'containers',
  startedAt: '2026-11-22T10:00:00.000Z',
  wallMs: 31_000,
  runs: [
    {
      scenario: 'wrong-issuer',
      architecture: 'hardened',
      verdict: 'held',
      reasons: [],
      timelineMs: 12_000,
      wallMs: 14_500,
      evidence: [{ fault: 'config-push', target: 'auth', witness: 'auth', observed: 'version 7' }],
      outcome: {
        isolation: 1,
        forcedLogouts: { count: 0, share: 0 },
        falseAccepts: 0,
        timeToContainMs: 0,
        timeToRecoverMs: 0,
        metastable: false,
        amplification: 1,
        segments: [
          {
            app: 'feed',
            surface: 'web',
            region: 'us',
            activity: 'browse',
            inScope: false,
            steadyGoodput: 1,
            faultGoodput: 1,
            harm: 0,
            p50Ms: 0,
            p99Ms: 0,
          },
        ],
      },
    },
  ],
}

function parsed(change: (file: Results) => unknown): Results {
  return parseResults(JSON.stringify(change(structuredClone(documented))), 'results.json')
}

/** The file with its only run changed. */
function withRun(change: Record<string, unknown>) {
  return (file: Results) => ({ ...file, runs: file.runs.map(run => ({ ...run, ...change })) })
}

describe('parseResults', () => {
  test('reads a file of version 1', () => {
    expect(parsed(file => file)).toEqual(documented)
  })

  test('reads what an outcome writes, whole', () => {
    const run = history({
      intents: [...paced(feed, 'error', { from: 4_000 }), ...paced(rival, 'served', { until: 8_000 })],
    })
    const outcome: OutcomeResult = computeOutcome(run, []).toJSON()
    const written = withRun({ outcome })
    expect(parsed(written).runs[0]?.outcome).toEqual(JSON.parse(JSON.stringify(outcome)))
  })

  test('passes on fields that it does not know', () => {
    const file = parsed(file => ({ ...withRun({ weather: 'fair' })(file), host: 'laptop' }))
    expect(file.host).toBe('laptop')
    expect(file.runs[0]?.weather).toBe('fair')
  })

  test('allows null where a number may be unknown', () => {
    const outcome = {
      ...documented.runs[0]?.outcome,
      timeToContainMs: null,
      timeToRecoverMs: null,
      amplification: null,
    }
    expect(parsed(withRun({ outcome })).runs[0]?.outcome).toEqual(outcome)
  })

  test('lets only a run that ended in an error, or could not be, be without an outcome', () => {
    expect(parsed(withRun({ outcome: undefined, verdict: 'error' })).runs[0]?.outcome).toBeUndefined()
    const not = { outcome: undefined, verdict: 'not-proven', notRunnable: 'pause needs an engine' }
    expect(parsed(withRun(not)).runs[0]?.outcome).toBeUndefined()
    expect(() => parsed(withRun({ outcome: undefined }))).toThrow(/runs\[0\]\.outcome: missing/)
  })

  test.each([
    { dirtyRecovery: ['kill at auth-1: it hangs'] },
    { cutShort: 'interrupted' },
    { notRunnable: 'pause needs an engine' },
  ])('takes no "held" of a run with %j', what => {
    expect(() => parsed(withRun({ verdict: 'held', ...what }))).toThrow(
      /runs\[0\]\.verdict: "held" cannot be/,
    )
    expect(parsed(withRun({ verdict: 'not-proven', ...what })).runs[0]).toMatchObject(what)
  })

  test('says which file is not JSON', () => {
    expect(() => parseResults('{ "schema": ', 'out/results.json')).toThrow(UsageError)
    expect(() => parseResults('{ "schema": ', 'out/results.json')).toThrow(
      /^out\/results\.json is not a results file: it is not JSON \(.+\)\. Give a file written by/,
    )
  })

  test('says everything that is wrong, and where', () => {
    const wrong = withRun({ verdict: 'fine', wallMs: '14 s' })
    expect(() => parsed(wrong)).toThrow(UsageError)
    expect(() => parsed(wrong)).toThrow(
      /^results\.json is not .+ version 1:\n {2}runs\[0\]\.verdict: .+\n {2}runs\[0\]\.wallMs: .+\nGive a file/,
    )
  })

  test.each([
    { what: 'another version', change: (file: Results) => ({ ...file, schema: 2 }), place: /schema: / },
    { what: 'a list', change: () => [], place: /the whole file: / },
    {
      what: 'an isolation above 1',
      change: withRun({ outcome: { ...documented.runs[0]?.outcome, isolation: 1.5 } }),
      place: /runs\[0\]\.outcome\.isolation: /,
    },
    {
      what: 'a time to recover that is missing',
      change: withRun({ outcome: { ...documented.runs[0]?.outcome, timeToRecoverMs: undefined } }),
      place: /runs\[0\]\.outcome\.timeToRecoverMs: /,
    },
  ])('refuses $what', ({ change, place }) => {
    expect(() => parsed(change)).toThrow(place)
  })
})
