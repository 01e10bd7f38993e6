/**
 * What was injected, in the words of a diagnosis: what an outside observer should come to if a fault is visible at all.
 *
 * A fault has effects (its kind says which) at a place (its parameters say where), and the two together give the
 * diagnoses that are right. More than one may be, where nobody outside could tell them apart: silence behind a connection
 * that stands is a dead network or an overloaded server.
 *
 *   internet ──door──> edge ──app──> feed ──auth──> auth, its database, discovery
 *
 * At auth it depends on how the apps read what is neither yes nor no. Without `tri-state-auth-result` it is a no, and
 * people are signed out. With it they are asked to come back (503 with Retry-After).
 */
import type { Fault } from '../faults/fault.ts'
import type { SegmentOutcome } from '../outcome/measures.ts'
import { everyApp } from '../stack/apps.ts'
import { internet } from '../stack/topology.ts'
import type { Diagnosed } from './classify.ts'
import { type Diagnosis, diagnoses } from './symptoms.ts'

export type InjectedFault = Pick<Fault, 'kind' | 'layer' | 'target' | 'params'>

export interface InjectedTruth {
  faults: readonly InjectedFault[]
  /** Of the architecture. Left out: either way of reading auth's silence is accepted. */
  mitigations?: readonly string[]
}

export type Score = {
  /** Null if nobody has said what a fault looks like from outside: a user's own kind. */
  right: boolean | null
  expected: Diagnosis[]
  got: Diagnosis
  tookMs: number | null
}

/**
 * What callers of a broken part meet: `cut-off` (refused, reset, cut), `silent`, `slow`, `bad-answers`, `status` (a certain
 * one), `says-no` (a clear and wrong no), `misconfigured` (anything that wrong settings may bring), `load`.
 */
type Effect = 'cut-off' | 'silent' | 'slow' | 'bad-answers' | 'status' | 'says-no' | 'misconfigured' | 'load'

/** By kind of fault. A new kind needs its line here. */
const effectsOfKind: Readonly<Record<string, readonly Effect[]>> = {
  bandwidth: ['slow', 'silent'],
  'discovery-loss': ['cut-off'],
  down: ['cut-off'],
  'http-body': ['bad-answers'],
  'http-cut': ['cut-off'],
  'http-delay': ['slow', 'silent'],
  'http-status': ['status'],
  jitter: ['slow', 'silent'],
  latency: ['slow', 'silent'],
  'limit-data': ['cut-off'],
  // Who really leaves its network is not found any more, and who is only kept from hearing hangs.
  partition: ['silent', 'cut-off'],
  reset: ['cut-off'],
  'route-withdrawal': ['cut-off'],
  slicer: ['slow', 'silent'],
  'slow-close': ['slow'],
  timeout: ['silent', 'cut-off'],

  'cpu-limit': ['slow', 'silent'],
  'crash-loop': ['cut-off'],
  kill: ['cut-off'],
  'memory-limit': ['cut-off', 'slow'],
  pause: ['silent'],
  restart: ['cut-off'],

  'config-delayed-failure': ['misconfigured'],
  'config-empty': ['misconfigured'],
  'config-malformed': ['misconfigured'],
  'config-oscillating': ['misconfigured'],
  'config-oversized': ['misconfigured'],
  'config-push': ['misconfigured'],

  'bad-build': ['cut-off', 'slow'],
  'slow-start': ['cut-off'],
  'version-skew': ['misconfigured'],

  'corrupt-on-touch': ['says-no'],
  'mass-revocation': ['says-no'],
  'replica-lag': ['says-no'],
  'setting-invalid': ['says-no', 'load'],
  'slow-store': ['slow', 'silent'],
  // The sessions alone, or all of it: then auth itself fails.
  'store-lost': ['says-no', 'bad-answers'],
  'store-read-only': ['bad-answers'],

  'certificate-expired': ['cut-off'],
  'key-removed': ['says-no'],
  'key-too-early': ['says-no'],
  'clock-skew': ['says-no'],

  'greedy-caller': ['load'],
  'login-storm': ['load'],
  'retry-storm': ['load'],
}

/** Of which kinds it is known what they look like. */
export const knownKinds: readonly string[] = Object.keys(effectsOfKind)

/** Who the probes' way breaks at; `unseen` is not on it. */
type Place = 'door' | 'app' | 'auth' | 'unseen'

/** How the apps read what is neither yes nor no. */
type Reading = 'two-state' | 'tri-state'

/**
 * The diagnoses that are right for a fault that shows, in the order of the list of diagnoses; none if probes cannot see
 * it. Undefined for a kind that is not known.
 */
export function diagnosesOf(fault: InjectedFault, mitigations?: readonly string[]): Diagnosis[] | undefined {
  const effects = effectsOfKind[fault.kind]
  if (effects === undefined) return undefined
  const readings = readingsOf(mitigations)
  const right = new Set(
    placesOf(fault).flatMap(place => effects.flatMap(effect => look(effect, place, fault, readings))),
  )
  return diagnoses.filter(diagnosis => right.has(diagnosis))
}

/**
 * Whether a diagnosis is right. `harmed`: whether anybody whom the probes stand for was harmed, see `isHarmed`. If nobody
 * was, `healthy` is right, and so is what was injected if it showed all the same, as where answers were late but came.
 */
export function scoreOf(
  { diagnosis, tookMs }: Pick<Diagnosed, 'diagnosis' | 'tookMs'>,
  { faults, mitigations }: InjectedTruth,
  harmed: boolean,
): Score {
  const ofFaults = faults.map(fault => diagnosesOf(fault, mitigations))
  const visible = new Set(ofFaults.flatMap(each => each ?? []))
  const healthyIsRight = !harmed || visible.size === 0
  const expected = diagnoses.filter(each => (each === 'healthy' ? healthyIsRight : visible.has(each)))
  const isKnown = !ofFaults.includes(undefined)
  return { right: isKnown ? expected.includes(diagnosis) : null, expected, got: diagnosis, tookMs }
}

/** More harm than this shows in a share of probes, too. */
const harmMin = 0.05

/** Whether harm was done where probes look: at those who browse the web with a session. They do not sign anybody in. */
export function isHarmed(
  segments: readonly Pick<SegmentOutcome, 'surface' | 'activity' | 'harm'>[],
): boolean {
  return segments.some(
    ({ surface, activity, harm }) => surface === 'web' && activity === 'browse' && (harm ?? 0) > harmMin,
  )
}

function readingsOf(mitigations: readonly string[] | undefined): Reading[] {
  if (mitigations === undefined) return ['two-state', 'tri-state']
  return [mitigations.includes('tri-state-auth-result') ? 'tri-state' : 'two-state']
}

/** What an effect at a place looks like from outside. */
function look(
  effect: Effect,
  place: Place,
  fault: InjectedFault,
  readings: readonly Reading[],
): readonly Diagnosis[] {
  if (place === 'unseen') return []
  if (effect === 'load') return ['overload', ...(readings.includes('two-state') ? authRejects : [])]
  if (place === 'auth') return readings.flatMap(reading => lookAtAuth(effect, reading))
  if (effect === 'status') return lookOfStatus(fault.params)
  return place === 'door' ? lookAtDoor(effect, fault) : lookAtApp(effect, readings)
}

const authRejects: readonly Diagnosis[] = ['auth-rejects']

function lookAtAuth(effect: Effect, reading: Reading): readonly Diagnosis[] {
  if (effect === 'says-no') return authRejects
  const noAnswer: readonly Diagnosis[] =
    reading === 'two-state' ? authRejects : ['overload', 'backend-errors']
  // Before an app gives up, it waits: its pages are late.
  if (effect === 'slow' || effect === 'silent') return ['overload', ...noAnswer]
  return effect === 'misconfigured' ? [...authRejects, ...noAnswer] : noAnswer
}

function lookAtDoor(effect: Effect, { layer }: InjectedFault): readonly Diagnosis[] {
  if (effect === 'cut-off') return ['network']
  if (effect === 'silent') return ['network', 'overload']
  if (effect === 'slow') return layer === 'network' ? ['network', 'overload'] : ['overload']
  // An edge with wrong settings has no route (404), no patience (504) or no places (503 with Retry-After).
  return effect === 'misconfigured' ? ['backend-errors', 'overload'] : ['backend-errors']
}

/** The edge stands before the app, and says with a 502 or 504 what is the matter with it. */
function lookAtApp(effect: Effect, readings: readonly Reading[]): readonly Diagnosis[] {
  if (effect === 'slow' || effect === 'silent') return ['overload', 'backend-errors']
  if (effect === 'says-no') return ['auth-rejects', 'backend-errors']
  // Most of an app's settings are about how it asks auth.
  if (effect === 'misconfigured')
    return ['backend-errors', ...readings.flatMap(reading => lookAtAuth(effect, reading))]
  return ['backend-errors']
}

/** A status that comes from the door or from the app. */
function lookOfStatus({ status, headers, match }: InjectedFault['params']): readonly Diagnosis[] {
  const names = Object.keys(headers ?? {}).map(name => name.toLowerCase())
  if (status === 429 || (status === 503 && names.includes('retry-after'))) return ['overload']
  // Where not every request gets it, the anonymous may be spared.
  const isSelective = Object.keys(match ?? {}).length > 0
  const isDenial = status === 401 || status === 403 || status === 302 || status === 303
  return isDenial && isSelective ? ['backend-errors', 'auth-rejects'] : ['backend-errors']
}

/** Where a fault is, by its parameters as the catalogue's kinds have them. */
function placesOf({ kind, layer, params, target }: InjectedFault): Place[] {
  const { link, service, store, app, between } = params
  if (typeof link === 'string') return placesOfLink(link)
  // The endpoints of a service, as its callers know them.
  if (kind === 'discovery-loss') return params.form === 'watch' ? ['app', 'auth'] : ['auth']
  // Of two sides, the one that is farther from the users is the one that is called.
  if (Array.isArray(between)) {
    const sides = between.flatMap(side => placesOfService(String(side), layer))
    return [depths.findLast(place => sides.includes(place)) ?? 'unseen']
  }
  return placesOfService(String(service ?? store ?? app ?? target), layer)
}

const depths: readonly Place[] = ['door', 'app', 'auth']

/** `from -> to`, as in harness/faults/links.ts. */
function placesOfLink(link: string): Place[] {
  const [from = '', to = ''] = link.split(' -> ')
  if (to !== '*') return placesOfService(to, 'network')
  if (from === internet) return ['door']
  if (from === '*') return ['door', 'app', 'auth']
  return roleOf(from) === 'edge' ? ['app'] : ['auth']
}

function placesOfService(name: string, layer: string): Place[] {
  const role = roleOf(name)
  if (role === 'edge') return ['door']
  if (/^(rival-)?(auth|sessions|session-cache|audit)/.test(role) || role === 'discovery') return ['auth']
  // The control group's app has no edge before it; its settings are an app's nevertheless.
  if (role === 'rival') return [layer === 'config' ? 'app' : 'door']
  if (everyApp.includes(role)) return ['app']
  // Who no longer hears of changes goes on with old ones: of apps' addresses and of auth's.
  return role === 'config' ? ['app', 'auth'] : ['unseen']
}

/** `edge-us`, `edge@eu` -> `edge`; `auth-2` -> `auth`. */
function roleOf(name: string): string {
  const [word = ''] = name.split('@')
  return word.replace(/^edge-.*$/, 'edge').replace(/-\d+$/, '')
}
