/** What is wrong with one probe, if anything, and what it speaks for. */
import { percentile } from '../outcome/percentiles.ts'
import type { ProbeKind } from './probe.ts'
import type { ProbeRecord } from './prober.ts'

/** What can be concluded from outside. */
export const diagnoses = ['healthy', 'network', 'overload', 'backend-errors', 'auth-rejects'] as const
export type Diagnosis = (typeof diagnoses)[number]
export type Trouble = Exclude<Diagnosis, 'healthy'>

/** What a probe met. `told` finishes the sentence "3 of 18 probes …"; `be` is `was` or `were`. */
export interface Symptom {
  speaksFor: Trouble
  told: (be: 'was' | 'were') => string
  /** A refusal that speaks for auth only as long as those without a credential do not meet it as well. */
  unlessAnonymousToo?: true
}

/** From which total on a good answer is late, ms, for each kind of probe; undefined where there is no steady state. */
export type LateFrom = Readonly<Record<ProbeKind, number | undefined>>

/** So many times the steady state's 95th percentile, and so much above it, ms: both, as a busy machine is never smooth. */
const lateFactor = 4
const lateMarginMs = 200

/** How late is late: measured against the steady state's own answers. */
export function lateFromOf(steady: readonly ProbeRecord[]): LateFrom {
  const lateFrom = (kind: ProbeKind) => {
    const totals = steady
      .filter(record => record.kind === kind && isGood(record))
      .map(({ stages }) => stages.total)
      .sort((a, b) => a - b)
    const usual = percentile(totals, 0.95)
    return usual === null ? undefined : Math.max(usual * lateFactor, usual + lateMarginMs)
  }
  return { anonymous: lateFrom('anonymous'), 'signed-in': lateFrom('signed-in') }
}

/** Whether it got the page that it should get, however late: served from a grace counts, as it does for the crowd. */
export function isGood({ kind, outcome }: Pick<ProbeRecord, 'kind' | 'outcome'>): boolean {
  if (outcome.kind !== 'answered') return false
  if (kind === 'anonymous') return outcome.answer === 'signed-out'
  return outcome.answer === 'signed-in' || outcome.answer === 'degraded'
}

/** Undefined for a probe that is well. */
export function symptomOf(record: ProbeRecord, lateFrom: LateFrom): Symptom | undefined {
  const { kind, outcome, stages } = record
  if (outcome.kind === 'failed') return failureOf(outcome)
  if (!isGood(record)) return answerSymptom(kind, outcome)
  const limit = lateFrom[kind]
  if (limit === undefined || stages.total <= limit) return undefined
  // On the way there, or at those who answer: where most of the time went says it.
  const onTheWay = [stages.dns, stages.connect, stages.tls].reduce<number>(
    (sum, stage) => sum + (typeof stage === 'number' ? stage : 0),
    0,
  )
  if (onTheWay > stages.total / 2)
    return { speaksFor: 'network', told: () => 'took long to get a connection' }
  return { speaksFor: 'overload', told: be => `${be} served late` }
}

type Failed = Extract<ProbeRecord['outcome'], { kind: 'failed' }>
type Answered = Extract<ProbeRecord['outcome'], { kind: 'answered' }>

function failureOf({ stage, code }: Failed): Symptom {
  const network = (told: string): Symptom => ({ speaksFor: 'network', told: () => told })
  if (stage === 'dns') return network(`found no address for the name (${code})`)
  if (stage === 'connect')
    return network(code === 'TIMEOUT' ? 'got no connection in time' : `got no connection (${code})`)
  if (stage === 'tls') return network(`got no further than the TLS handshake (${code})`)
  // The connection stands, so the network is there: it is those behind it who do not get round to it.
  if (code === 'TIMEOUT') {
    const what = stage === 'body' ? 'got only part of an answer in time' : 'got no answer in time'
    return { speaksFor: 'overload', told: () => what }
  }
  // Codes of Node's HTTP parser: something came, but not HTTP.
  if (code.startsWith('HPE_'))
    return { speaksFor: 'backend-errors', told: () => `got an answer that is not HTTP (${code})` }
  return network(
    stage === 'body'
      ? `lost the connection in the middle of the answer (${code})`
      : `lost the connection before an answer (${code})`,
  )
}

function answerSymptom(kind: ProbeKind, { status, answer }: Answered): Symptom {
  if (answer === 'busy')
    return { speaksFor: 'overload', told: be => `${be} asked to come back later (${status})` }
  if (kind === 'signed-in' && answer === 'signed-out')
    return { speaksFor: 'auth-rejects', told: be => `${be} sent to the sign-in form` }
  if (kind === 'signed-in' && (status === 401 || status === 403)) {
    return { speaksFor: 'auth-rejects', told: be => `${be} refused (${status})`, unlessAnonymousToo: true }
  }
  if (answer === 'error' || answer === 'refused')
    return { speaksFor: 'backend-errors', told: be => `${be} answered ${status}` }
  return { speaksFor: 'backend-errors', told: () => `got a page that is not the site's own (${status})` }
}
