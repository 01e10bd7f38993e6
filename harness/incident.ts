/** What a scenario says of the published outage that it replays: which, by whose account, and how far it is like it. */
import { type Duration, toMs } from './duration.ts'
import { messageOf } from './errors.ts'
import { type FidelityFact, fidelityProblems } from './fidelity.ts'

export interface Incident {
  /** The incident that it replays, as `who-yyyy-mm-dd`. */
  replays?: string
  /** Title of the account that the incident's publisher gave, or of whoever looked at it best. */
  source?: string
  /** How long it lasted there. The faults here last seconds: time runs that many times faster. */
  lasted?: Duration | `${number}h`
  /** What the account has and the replay has not, or has otherwise. */
  differs?: string
  /** The incident's shape as the account has it. What has no mitigation must reproduce it. */
  fidelity?: readonly FidelityFact[]
}

/** How a replay compresses the time of its incident. */
export type Compression = {
  /** How long the incident lasted, ms. */
  lastedMs: number
  /** From the first fault's beginning to the end of the last, ms. */
  faultMs: number
}

/** Undefined where it replays nothing, or nobody has said how long that lasted. */
export function compressionOf({
  lasted,
  schedule,
}: Pick<Incident, 'lasted'> & {
  schedule: readonly { fromMs: number; toMs: number }[]
}): Compression | undefined {
  if (lasted === undefined || schedule.length === 0) return undefined
  const begin = Math.min(...schedule.map(({ fromMs }) => fromMs))
  const end = Math.max(...schedule.map(each => each.toMs))
  return { lastedMs: lastedMsOf(lasted), faultMs: end - begin }
}

/** `80 min there, 6 s here: 800 times faster` */
export function compressionWords({ lastedMs, faultMs }: Compression): string {
  const times = Number((lastedMs / faultMs).toPrecision(2)).toLocaleString('en')
  return `${lengthWords(lastedMs)} there, ${lengthWords(faultMs)} here: ${times} times faster`
}

/** `ZDNet on the outage. 7 h there, 6 s here: 4,200 times faster. There it was slower.` */
export function accountWords({
  source,
  compression,
  differs,
}: {
  source?: string | undefined
  compression?: Compression | undefined
  differs?: string | undefined
}): string {
  const time = compression && `${compressionWords(compression)}.`
  return [source && `${source}.`, time, differs].filter(Boolean).join(' ')
}

/** What is wrong with it, for the check of a scenario. */
export function incidentProblems(definition: Incident): string[] {
  const { replays, source, lasted, differs, fidelity = [] } = definition
  const problems: string[] = []
  if (replays !== undefined && !/^[a-z0-9-]+-\d{4}-\d{2}-\d{2}$/.test(replays))
    problems.push(`replays: "${replays}" is not of the form who-yyyy-mm-dd`)
  if (replays !== undefined && !source?.trim())
    problems.push(`source: missing; the title of the account of ${replays}`)
  if (replays === undefined && (source !== undefined || fidelity.length > 0))
    problems.push('replays: missing, though there is a source or a fidelity card')
  if (replays === undefined && (lasted !== undefined || differs !== undefined))
    problems.push('replays: missing, though it is said how long it lasted or what differs')
  if (differs !== undefined && !differs.trim()) problems.push('differs: empty; leave it out')
  if (lasted !== undefined) problems.push(...lastedProblems(lasted))
  return [...problems, ...fidelityProblems(fidelity)]
}

function lastedProblems(lasted: string): string[] {
  try {
    return lastedMsOf(lasted) > 0 ? [] : [`lasted: ${lasted} is no time at all`]
  } catch (error) {
    return [`lasted: ${messageOf(error)}; or hours, "14h"`]
  }
}

function lastedMsOf(lasted: string): number {
  const hours = /^(\d+(?:\.\d+)?)h$/.exec(lasted)?.[1]
  return hours === undefined ? toMs(lasted) : Number(hours) * 3_600_000
}

function lengthWords(ms: number): string {
  const [value, unit] =
    ms < 60_000 ? [ms / 1_000, 's'] : ms < 3 * 3_600_000 ? [ms / 60_000, 'min'] : [ms / 3_600_000, 'h']
  return `${Number(value.toFixed(1))} ${unit}`
}
