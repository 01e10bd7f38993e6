/** Says in words what a diagnosis rests on. */
import { percentile } from '../outcome/percentiles.ts'
import { type ProbeKind, probeKinds } from './probe.ts'
import type { ProbeRecord } from './prober.ts'
import { isGood, type Symptom } from './symptoms.ts'

/** A probe with what is wrong with it. */
export interface Judged {
  record: ProbeRecord
  symptom: Symptom | undefined
}

const nouns = {
  anonymous: ['anonymous visit', 'anonymous visits'],
  'signed-in': ['signed-in check', 'signed-in checks'],
} as const satisfies Record<ProbeKind, readonly [string, string]>

/** So many different things that went wrong are named of each kind of probe, the most frequent first. */
const namedMax = 2

/**
 * Such as `14 of 18 signed-in checks were sent to the sign-in form, while all 18 anonymous visits were served in 6 ms`.
 * The kind of probe that has more to tell comes first. Times are medians.
 */
export function evidenceOf(judged: readonly Judged[]): string {
  const kinds = probeKinds
    .map(kind => judged.filter(({ record }) => record.kind === kind))
    .filter(each => each.length > 0)
    .toSorted((a, b) => affectedIn(b) - affectedIn(a))
  if (kinds.length === 0) return 'no probe was made'
  const [first = [], second] = kinds
  if (second === undefined) return sentence(first)
  const joint = affectedIn(first) > 0 && affectedIn(second) === 0 ? ', while ' : ', and '
  return `${sentence(first)}${joint}${sentence(second)}`
}

function affectedIn(judged: readonly Judged[]): number {
  return judged.filter(({ symptom }) => symptom !== undefined).length
}

function sentence(judged: readonly Judged[]): string {
  const kind = judged[0]?.record.kind ?? 'anonymous'
  const [one, many] = nouns[kind]
  const total = judged.length
  const noun = total === 1 ? one : many
  const affected = judged.filter(({ symptom }) => symptom !== undefined)
  if (affected.length === 0) return allServed(judged, noun)
  const groups = [...Map.groupBy(affected, ({ symptom }) => symptom?.told('were') ?? '')]
    .toSorted(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
    .map(([, group]) => group)
  const parts = groups.slice(0, namedMax).map((group, index) => {
    const be = group.length === 1 ? 'was' : 'were'
    const what = group[0]?.symptom?.told(be) ?? ''
    const late = group.every(({ record }) => isGood(record)) ? ` (${timeOf(group)})` : ''
    return `${group.length}${index === 0 ? ` of ${total} ${noun}` : ''} ${what}${late}`
  })
  const unnamed = affected.length - groups.slice(0, namedMax).flat().length
  return [...parts, ...(unnamed > 0 ? [`${unnamed} failed otherwise`] : [])].join(', ')
}

function allServed(judged: readonly Judged[], noun: string): string {
  const be = judged.length === 1 ? 'was' : 'were'
  const degraded = judged.filter(
    ({ record: { outcome } }) => outcome.kind === 'answered' && outcome.answer === 'degraded',
  ).length
  const howMany = judged.length === 1 ? 'the 1' : `all ${judged.length}`
  const grace = degraded === 0 ? '' : ` (${degraded} of them from a grace)`
  return `${howMany} ${noun} ${be} served in ${timeOf(judged)}${grace}`
}

function timeOf(judged: readonly Judged[]): string {
  const totals = judged.map(({ record }) => record.stages.total).sort((a, b) => a - b)
  return `${Math.round(percentile(totals, 0.5) ?? 0)} ms`
}
