/**
 * Diagnosis from outside: what probes saw, boiled down to one word. Pure: the same records give the same diagnosis, in
 * whatever order they come.
 *
 * Each probe either is well or has one symptom, which speaks for one trouble (symptoms.ts):
 *
 *   network         no address, no connection, no TLS session; a connection lost or an answer cut; most of a late answer's
 *                   time spent on getting the connection
 *   overload        no answer in time on a connection that stands; asked to come back later (429, 503 with Retry-After);
 *                   a good answer that is late: beyond 4 times the 95th percentile of its kind of probe in the steady
 *                   state, and 200 ms above it
 *   backend-errors  any other 5xx or 4xx; what is no HTTP, or no page of the site
 *   auth-rejects    a signed-in check that is sent to the sign-in form, or answered 401 or 403
 *
 * and then, for a set of probes:
 *
 * 1. 401 and 403 speak for auth only where nobody without a credential meets a refusal as well: if anonymous visits are in
 *    trouble with refusals, they are backend errors, since the sign-in page needs no auth.
 * 2. There is trouble if at least 3 probes have a symptom, and they are more than 10 % of the probes beyond the share that
 *    had one in the steady state. Below that it is `healthy`: one stray failure is nobody's outage. Both kinds of probes
 *    are looked at together and each for itself, because what only the signed-in meet is at most half of all.
 * 3. The trouble that most of the affected probes speak for is the diagnosis. A tie goes to the earlier in the list above:
 *    what lies nearer to the observer hides what lies behind it.
 *
 * Overall, there is trouble if the whole, or any one app, or any one region has some: a fault in one place is diluted by
 * the rest. An answer's content comes before its time: someone who is signed out after two seconds was signed out.
 */
import { evidenceOf, type Judged } from './evidence.ts'
import { probeKinds } from './probe.ts'
import type { ProbeRecord } from './prober.ts'
import { type Diagnosis, diagnoses, lateFromOf, symptomOf, type Trouble } from './symptoms.ts'

export interface Observation {
  /** Of the steady state. */
  steady: readonly ProbeRecord[]
  /** Since the injection: to be cut off at the undo, since what comes later dilutes it. */
  after: readonly ProbeRecord[]
  /** On the records' clock, ms. */
  injectedAt: number
}

export type Diagnosed = {
  diagnosis: Diagnosis
  /** Share of the affected probes that speak for it; of a healthy one, share of the probes without a symptom. 0..1. */
  confidence: number
  evidence: string
  /** Where more than 10 % of the probes have a symptom; empty if healthy. */
  affected: { apps: string[]; regions: string[] }
  /**
   * From the injection until the diagnosis could first be made and did not change any more, ms; null if healthy, where
   * there is no such moment.
   */
  tookMs: number | null
  /** How many probes it rests on. */
  probes: number
}

export type Classification = {
  overall: Diagnosed
  /** By app, of those that were looked at since the injection. */
  apps: Record<string, Diagnosed>
}

const affectedMin = 3
const shareMin = 0.1
const troubles = diagnoses.filter((each): each is Trouble => each !== 'healthy')

export function classify({ steady, after, injectedAt }: Observation): Classification {
  const lateFrom = lateFromOf(steady)
  const judge = (records: readonly ProbeRecord[]): Judged[] =>
    records.map(record => ({ record, symptom: symptomOf(record, lateFrom) }))
  const before = judge(steady)
  const since = judge(after).toSorted(byMomentKnown)
  const diagnosed = (ofSteady: readonly Judged[], ofAfter: readonly Judged[], slice: SliceBy) =>
    describe(ofSteady, ofAfter, injectedAt, slice)
  const names = [...new Set(after.map(({ app }) => app))].sort()
  return {
    overall: diagnosed(before, since, slices),
    apps: Object.fromEntries(
      names.map(name => {
        const its = (judged: readonly Judged[]) => judged.filter(({ record }) => record.app === name)
        return [name, diagnosed(its(before), its(since), whole)]
      }),
    ),
  }
}

/** The sets of probes, of those given, that are each looked at for trouble of their own. */
type SliceBy = readonly ((record: ProbeRecord) => string)[]
const whole: SliceBy = [() => 'all']
const slices: SliceBy = [...whole, ({ app }) => `app ${app}`, ({ region }) => `region ${region}`]

interface Conclusion {
  diagnosis: Diagnosis
  confidence: number
}

function conclude(steady: readonly Judged[], seen: readonly Judged[], sliceBy: SliceBy): Conclusion {
  const counts: Record<Trouble, number> = {
    network: 0,
    overload: 0,
    'backend-errors': 0,
    'auth-rejects': 0,
  }
  const affected = new Set<Judged>()
  for (const keyOf of sliceBy) {
    const before = Map.groupBy(steady, ({ record }) => keyOf(record))
    for (const [key, slice] of Map.groupBy(seen, ({ record }) => keyOf(record))) {
      if (!isTroubled(before.get(key) ?? [], slice)) continue
      for (const judged of slice) if (judged.symptom) affected.add(judged)
    }
  }
  if (affected.size === 0) return { diagnosis: 'healthy', confidence: shareWell(seen) }
  const toAll = refusesEverybody(seen)
  for (const { symptom } of affected) {
    if (symptom) counts[symptom.unlessAnonymousToo && toAll ? 'backend-errors' : symptom.speaksFor] += 1
  }
  const most = Math.max(...Object.values(counts))
  const diagnosis = troubles.find(trouble => counts[trouble] === most) ?? 'healthy'
  return { diagnosis, confidence: most / affected.size }
}

/** Rule 2. */
function isTroubled(before: readonly Judged[], slice: readonly Judged[]): boolean {
  const kinds = probeKinds.map(
    kind =>
      ({ record }: Judged) =>
        record.kind === kind,
  )
  return [() => true, ...kinds].some(belongs => {
    const now = slice.filter(belongs)
    const affected = now.filter(hasSymptom).length
    return affected >= affectedMin && shareOf(now) - shareOf(before.filter(belongs)) > shareMin
  })
}

/** Rule 1. */
function refusesEverybody(judged: readonly Judged[]): boolean {
  const visits = judged.filter(({ record }) => record.kind === 'anonymous')
  const refused = visits.filter(
    ({ record: { outcome } }) => outcome.kind === 'answered' && outcome.answer === 'refused',
  )
  return refused.length >= affectedMin && refused.length > visits.length * shareMin
}

/** `since` in the order in which the probes became known. */
function describe(
  before: readonly Judged[],
  since: readonly Judged[],
  injectedAt: number,
  sliceBy: SliceBy,
): Diagnosed {
  const { diagnosis, confidence } = conclude(before, since, sliceBy)
  const found = { diagnosis, confidence, evidence: evidenceOf(since), probes: since.length }
  if (diagnosis === 'healthy') return { ...found, affected: { apps: [], regions: [] }, tookMs: null }
  const affectedBy = (keyOf: (record: ProbeRecord) => string) => {
    const steady = Map.groupBy(before, ({ record }) => keyOf(record))
    return [...Map.groupBy(since, ({ record }) => keyOf(record))]
      .filter(([key, judged]) => shareOf(judged) - shareOf(steady.get(key) ?? []) > shareMin)
      .map(([key]) => key)
      .sort()
  }
  // From the last probe that was needed on, every longer prefix gives the same diagnosis.
  let needed = since.length
  while (needed > 1 && conclude(before, since.slice(0, needed - 1), sliceBy).diagnosis === diagnosis)
    needed -= 1
  const last = since[needed - 1]
  return {
    ...found,
    affected: { apps: affectedBy(({ app }) => app), regions: affectedBy(({ region }) => region) },
    tookMs: last === undefined ? null : Math.round(knownAt(last) - injectedAt),
  }
}

function knownAt({ record }: Judged): number {
  return record.at + record.stages.total
}

/** Of those that became known at the same moment the order must not matter either: any order that is always the same. */
function byMomentKnown(a: Judged, b: Judged): number {
  const [one, other] = [JSON.stringify(a.record), JSON.stringify(b.record)]
  return knownAt(a) - knownAt(b) || Number(one > other) - Number(one < other)
}

function hasSymptom({ symptom }: Judged): boolean {
  return symptom !== undefined
}

/** Share of the probes that have a symptom; 0 of none. */
function shareOf(judged: readonly Judged[]): number {
  return judged.length === 0 ? 0 : judged.filter(hasSymptom).length / judged.length
}

function shareWell(judged: readonly Judged[]): number {
  return 1 - shareOf(judged)
}
