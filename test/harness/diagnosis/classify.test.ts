import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify } from '../../../harness/diagnosis/classify.ts'
import type { ProbeOutcome } from '../../../harness/diagnosis/probe.ts'
import type { Diagnosis } from '../../../harness/diagnosis/symptoms.ts'
import { apps, type Change, record, regions, series, stagesOf } from './support.ts'

const steady = series(0, 30)
const injectedAt = 3_000

const classified = (change?: Change, count = 40) =>
  classify({ steady, after: series(injectedAt, count, change), injectedAt })

const failed = (stage: 'dns' | 'connect' | 'tls' | 'first-byte' | 'body', code: string): ProbeOutcome => ({
  kind: 'failed',
  stage,
  code,
})
const answered = (status: number, answer: 'busy' | 'error' | 'refused' | 'malformed' | 'signed-out') =>
  ({ kind: 'answered', status, answer }) as const

const all =
  (outcome: ProbeOutcome): Change =>
  () => ({ outcome })
const signedIn =
  (outcome: ProbeOutcome): Change =>
  ({ kind }) =>
    kind === 'signed-in' ? { outcome } : undefined
const anonymous =
  (outcome: ProbeOutcome): Change =>
  ({ kind }) =>
    kind === 'anonymous' ? { outcome } : undefined
const slow =
  (total: number): Change =>
  () => ({ stages: stagesOf(total) })

describe('classify', () => {
  test.each<[Diagnosis, string, Change]>([
    ['network', 'no name', all(failed('dns', 'ENOTFOUND'))],
    ['network', 'refused connections', all(failed('connect', 'ECONNREFUSED'))],
    ['network', 'connections that never come about', all(failed('connect', 'TIMEOUT'))],
    ['network', 'failing handshakes', all(failed('tls', 'CERT_HAS_EXPIRED'))],
    ['network', 'resets', all(failed('first-byte', 'ECONNRESET'))],
    ['network', 'answers cut', all(failed('body', 'CUT'))],
    ['network', 'slow connections', () => ({ stages: stagesOf(900, { connect: 800, firstByte: 50 }) })],
    ['overload', 'no answers', all(failed('first-byte', 'TIMEOUT'))],
    ['overload', 'answers that stop halfway', all(failed('body', 'TIMEOUT'))],
    ['overload', 'being put off', all(answered(503, 'busy'))],
    ['overload', 'late answers', slow(400)],
    ['backend-errors', '5xx', all(answered(502, 'error'))],
    ['backend-errors', 'no such app', all(answered(404, 'refused'))],
    ['backend-errors', 'what is no HTTP', all(failed('first-byte', 'HPE_INVALID_CONSTANT'))],
    ['backend-errors', 'what is no page', all(answered(200, 'malformed'))],
    ['backend-errors', '401 for everybody', all(answered(401, 'refused'))],
    ['backend-errors', 'no sign-in page', anonymous(answered(404, 'refused'))],
    ['auth-rejects', 'the sign-in form', signedIn(answered(303, 'signed-out'))],
    ['auth-rejects', '401 for the signed-in only', signedIn(answered(401, 'refused'))],
    ['healthy', 'nothing', () => undefined],
    ['healthy', 'answers that are hardly later', slow(150)],
    [
      'healthy',
      'the grace',
      ({ kind }) =>
        kind === 'signed-in' ? { outcome: { kind: 'answered', status: 200, answer: 'degraded' } } : undefined,
    ],
  ])('%s: %s', (diagnosis, _, change) => {
    const { overall, apps: byApp } = classified(change)
    expect(overall).toMatchObject({ diagnosis, confidence: 1, probes: 40 })
    for (const app of apps) expect(byApp[app]).toMatchObject({ diagnosis, confidence: 1 })
    expect(overall.affected).toEqual(diagnosis === 'healthy' ? { apps: [], regions: [] } : { apps, regions })
  })

  test('says in words what it rests on', () => {
    const { overall } = classified((each, index) =>
      index < 36 ? signedIn(answered(303, 'signed-out'))(each, index) : undefined,
    )
    expect(overall.evidence).toBe(
      '18 of 20 signed-in checks were sent to the sign-in form, while all 20 anonymous visits were served in 6 ms',
    )
  })

  test.each<[string, Change]>([
    [
      '20 of 20 signed-in checks were served late (400 ms), and 20 of 20 anonymous visits were served late (400 ms)',
      slow(400),
    ],
    [
      '19 of 20 signed-in checks were answered 502, 1 was answered 500, and 20 of 20 anonymous visits were answered 502',
      (_, index) => ({ outcome: answered(index === 7 ? 500 : 502, 'error') }),
    ],
    [
      'all 20 signed-in checks were served in 6 ms, and all 20 anonymous visits were served in 6 ms',
      () => undefined,
    ],
  ])('such as: %s', (evidence, change) => {
    const parts = (text: string) => text.split(', and ').toSorted()
    expect(parts(classified(change).overall.evidence)).toEqual(parts(evidence))
  })

  test('two failures are nobody’s outage, and neither are three among many', () => {
    const few: Change = (_, index) =>
      index % 13 === 0 && index < 26 ? { outcome: failed('connect', 'ECONNREFUSED') } : undefined
    expect(classified(few, 26).overall.diagnosis).toBe('healthy')
    const rare: Change = (_, index) =>
      index % 40 === 0 ? { outcome: failed('connect', 'ECONNREFUSED') } : undefined
    expect(classified(rare, 120).overall.diagnosis).toBe('healthy')
  })

  test('what failed as much before says nothing', () => {
    const broken = signedIn(answered(303, 'signed-out'))
    const both = { steady: series(0, 30, broken), after: series(injectedAt, 40, broken), injectedAt }
    expect(classify(both).overall.diagnosis).toBe('healthy')
  })

  test('goes by the most, and says how sure it is', () => {
    const { overall } = classified((_, index) => ({
      outcome: index % 4 === 0 ? failed('first-byte', 'TIMEOUT') : answered(502, 'error'),
    }))
    expect(overall).toMatchObject({ diagnosis: 'backend-errors', confidence: 0.75 })
  })

  test('takes what is nearer to the observer if it is as much', () => {
    const { overall } = classified((_, index) => ({
      outcome: index % 2 === 0 ? failed('connect', 'ECONNREFUSED') : answered(502, 'error'),
    }))
    expect(overall).toMatchObject({ diagnosis: 'network', confidence: 0.5 })
  })

  test('finds one app of many', () => {
    const { overall, apps: byApp } = classified(({ app, kind }) =>
      app === 'photos' && kind === 'signed-in' ? { outcome: answered(303, 'signed-out') } : undefined,
    )
    expect(overall).toMatchObject({
      diagnosis: 'auth-rejects',
      confidence: 1,
      affected: { apps: ['photos'], regions },
    })
    expect(byApp.photos?.diagnosis).toBe('auth-rejects')
    expect(byApp.feed).toMatchObject({ diagnosis: 'healthy', affected: { apps: [], regions: [] } })
  })

  test('finds one region of many', () => {
    const change: Change = ({ region }) =>
      region === 'eu' ? { outcome: failed('connect', 'ECONNREFUSED') } : undefined
    expect(classified(change).overall).toMatchObject({
      diagnosis: 'network',
      affected: { apps, regions: ['eu'] },
    })
  })

  test('finds a region too small to be felt in the whole', () => {
    const elsewhere = series(injectedAt, 120, () => undefined)
    const there = Array.from({ length: 4 }, (_, index) =>
      record({ at: injectedAt + index, region: 'me', outcome: failed('connect', 'ECONNREFUSED') }),
    )
    const { overall } = classify({ steady, after: [...elsewhere, ...there], injectedAt })
    expect(overall).toMatchObject({ diagnosis: 'network', affected: { apps: [], regions: ['me'] } })
  })

  test('dates the diagnosis to when its last necessary probe became known', () => {
    // The third failure begins at 1 400 ms and takes 6 ms.
    const change: Change = ({ at }, index) =>
      at - injectedAt >= 1_000 && index % 2 === 0
        ? { outcome: failed('first-byte', 'ECONNRESET') }
        : undefined
    expect(classified(change).overall.tookMs).toBe(1_406)
  })

  test('dates it to the last change of mind', () => {
    const change: Change = ({ at }) => ({
      outcome: at - injectedAt < 1_000 ? failed('connect', 'ECONNREFUSED') : answered(502, 'error'),
    })
    // Ten refusals against ten errors are a tie, for the network; the eleventh decides.
    expect(classified(change).overall).toMatchObject({ diagnosis: 'backend-errors', tookMs: 2_006 })
  })

  test('has no moment of finding out where there was nothing to find', () => {
    expect(classified().overall.tookMs).toBeNull()
  })

  test('calls nothing late without a steady state', () => {
    const after = series(injectedAt, 40, slow(2_900))
    expect(classify({ steady: [], after, injectedAt }).overall.diagnosis).toBe('healthy')
  })

  test('has nothing to say without a probe', () => {
    expect(classify({ steady, after: [], injectedAt })).toEqual({
      overall: {
        diagnosis: 'healthy',
        confidence: 1,
        evidence: 'no probe was made',
        affected: { apps: [], regions: [] },
        tookMs: null,
        probes: 0,
      },
      apps: {},
    })
  })
})

describe('whatever the probes saw', () => {
  const outcomes = fc.constantFrom<ProbeOutcome | undefined>(
    undefined,
    failed('connect', 'ECONNREFUSED'),
    failed('first-byte', 'TIMEOUT'),
    answered(502, 'error'),
    answered(401, 'refused'),
    answered(303, 'signed-out'),
  )
  const records = fc.array(
    fc
      .record({
        at: fc.integer({ min: 3_000, max: 9_000 }),
        app: fc.constantFrom(...apps),
        region: fc.constantFrom(...regions),
        kind: fc.constantFrom('anonymous' as const, 'signed-in' as const),
        stages: fc.integer({ min: 1, max: 3_000 }).map(total => stagesOf(total)),
        outcome: outcomes,
      })
      .map(({ outcome, ...more }) => record({ ...more, ...(outcome === undefined ? {} : { outcome }) })),
    { maxLength: 60 },
  )

  test('the order of the records does not matter', () => {
    const shuffled = records.chain(given =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([given, other]) => {
        const one = classify({ steady, after: given, injectedAt })
        expect(classify({ steady: steady.toReversed(), after: other, injectedAt })).toEqual(one)
      }),
      { numRuns: 50 },
    )
  })

  test('records that are well never give anything but healthy', () => {
    const well = fc.array(
      fc
        .record({
          at: fc.integer({ min: 3_000, max: 9_000 }),
          app: fc.constantFrom(...apps),
          region: fc.constantFrom(...regions),
          kind: fc.constantFrom('anonymous' as const, 'signed-in' as const),
          stages: fc.integer({ min: 3, max: 200 }).map(total => stagesOf(total)),
        })
        .map(record),
      { maxLength: 100 },
    )
    fc.assert(
      fc.property(well, after => {
        const { overall, apps: byApp } = classify({ steady, after, injectedAt })
        expect([overall, ...Object.values(byApp)].map(({ diagnosis }) => diagnosis)).not.toContainEqual(
          expect.not.stringMatching(/^healthy$/),
        )
      }),
    )
  })

  test('confidence is a share, and a diagnosis never comes before the injection', () => {
    fc.assert(
      fc.property(records, after => {
        const { overall } = classify({ steady, after, injectedAt })
        expect(overall.confidence).toBeGreaterThanOrEqual(0)
        expect(overall.confidence).toBeLessThanOrEqual(1)
        expect(overall.tookMs ?? 0).toBeGreaterThanOrEqual(0)
        expect(overall.tookMs === null).toBe(overall.diagnosis === 'healthy')
      }),
      { numRuns: 50 },
    )
  })
})
