/**
 * Why each session was lost: fault -> hop -> answer -> the app's decision -> credential cleared. Put together from the trace
 * of the request to whose answer the surface cleared its credential, and from what each service wrote down under that name.
 */
import type { FaultWindow, History, SessionEvent, Surface } from './history.ts'

/** A credential that a service refused, in its own words. */
export interface Refusal {
  service: string
  reason: string
  /** The calls that it made for the request. */
  hops: { to: string; path: string; status?: number | undefined; failure?: string | undefined }[]
}

/** What auth's own store says of a session that was forced out. */
export type Standing = 'valid' | 'revoked' | 'expired' | 'gone'

/** Sessions that were lost in the same way. */
export type Attribution = {
  app: string
  surface: Surface
  /** Faults that were on, as `kind at target`; empty if none was. */
  faults: string[]
  /** `feed -> auth`; null if the app decided without asking anybody. */
  hop: string | null
  /** What came of it: `200`, `timeout`, `500 server-error`; null without a hop. */
  answer: string | null
  /** Why the app took the credential for no good; null if it did not say. */
  decision: string | null
  /** What auth wrote down about the same request, if it was asked and answered. */
  auth: string | null
  sessions: number
  /** How many of them auth's store calls valid, at the end: these need not have been lost. */
  avoidable: number
  /** How many of them nothing is known of there. */
  unknown: number
}

/** A fault that has gone is still to blame for what was asked while it was on, ms. */
const aftermathMs = 1_000

/** One entry for each way in which sessions were lost, the most frequent first. */
export function attributionOf(
  history: Pick<History, 'sessions' | 'faults'>,
  refusals: ReadonlyMap<string, readonly Refusal[]>,
  standings: ReadonlyMap<string, Standing>,
): Attribution[] {
  const ways = new Map<string, Attribution>()
  for (const event of history.sessions) {
    if (event.type !== 'forced-out') continue
    const way = wayOf(event, history.faults, refusals.get(event.trace ?? '') ?? [])
    const key = JSON.stringify(way)
    const known = ways.get(key) ?? { ...way, sessions: 0, avoidable: 0, unknown: 0 }
    const standing = standings.get(event.session)
    ways.set(key, {
      ...known,
      sessions: known.sessions + 1,
      avoidable: known.avoidable + (standing === 'valid' ? 1 : 0),
      unknown: known.unknown + (standing === undefined ? 1 : 0),
    })
  }
  return [...ways.values()].toSorted((a, b) => b.sessions - a.sessions)
}

type Way = Omit<Attribution, 'sessions' | 'avoidable' | 'unknown'>

function wayOf(event: SessionEvent, faults: readonly FaultWindow[], refusals: readonly Refusal[]): Way {
  const { app, surface, at } = event
  const own = refusals.find(({ service }) => service === app)
  const elsewhere = refusals.find(({ service }) => service !== app)
  const deciding = own?.hops.at(-1)
  return {
    app,
    surface,
    faults: faults
      .filter(({ from, until }) => from <= at && at <= until + aftermathMs)
      .map(({ fault, target }) => `${fault} at ${target}`)
      .toSorted(),
    hop: deciding ? `${app} -> ${deciding.to}` : null,
    answer: deciding
      ? [deciding.status, deciding.failure].filter(each => each !== undefined).join(' ')
      : null,
    decision: own?.reason ?? null,
    auth: elsewhere?.reason ?? null,
  }
}

/** One way in a sentence, for people. */
export function sentenceOf(way: Attribution): string {
  const { app, surface, faults, hop, answer, decision, auth, sessions, avoidable } = way
  const cause = faults.length === 0 ? 'no fault was on' : faults.join(' and ')
  const call = hop === null ? 'nobody was asked' : `${hop} came to ${answer}`
  const why = [
    auth === null ? undefined : `auth said "${auth}"`,
    `${app} took it for "${decision ?? 'unsaid'}"`,
  ]
  const lost = `${sessions} ${surface} session${sessions === 1 ? '' : 's'} cleared`
  const still =
    avoidable === 0 ? 'none of them still valid at auth' : `${avoidable} of them still valid at auth`
  return `${cause}: ${call}, ${why.filter(each => each !== undefined).join(', ')}; ${lost}, ${still}`
}
