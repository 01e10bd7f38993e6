/** A fault of each kind as one might begin with it: aimed at the auth that all share, and strong enough to be felt. */
import { constructors } from '../faults/catalogue.ts'
import type { Need } from '../faults/fault.ts'

/** What a fault of a kind cannot do without. What is not here has a default for everything. */
const usual: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  bandwidth: { link: '* -> auth', kilobytesPerSecond: 2 },
  down: { link: '* -> auth' },
  'http-body': { link: '* -> auth', form: 'malformed-json' },
  'http-cut': { link: '* -> auth' },
  'http-delay': { link: '* -> auth', delayMs: 3_000 },
  'http-status': { link: '* -> auth', status: 503 },
  jitter: { link: '* -> auth', latencyMsMax: 2_000 },
  latency: { link: '* -> auth', latencyMs: 3_000 },
  'limit-data': { link: '* -> auth', bytes: 100 },
  partition: { service: 'auth' },
  reset: { link: '* -> auth' },
  'route-withdrawal': { service: 'auth' },
  slicer: { link: '* -> auth', averageBytes: 20 },
  'slow-close': { link: '* -> auth', closeAfterMs: 2_000 },
  timeout: { link: '* -> auth' },
  'cpu-limit': { service: 'auth', cpus: 0.05 },
  'crash-loop': { service: 'auth' },
  kill: { service: 'auth' },
  'memory-limit': { service: 'auth', memoryMiB: 64 },
  pause: { service: 'auth' },
  restart: { service: 'auth' },
  'config-delayed-failure': { afterMs: 1_000 },
  'config-empty': { service: 'auth' },
  'config-malformed': { service: 'auth', form: 'wrong-type', field: 'issuer' },
  'config-oscillating': {
    service: 'auth',
    bad: { change: { issuer: 'https://wrong.example' } },
    periodMs: 1_000,
  },
  'config-oversized': { service: 'auth' },
  'config-push': { service: 'auth', change: { issuer: 'https://wrong.example' } },
  'bad-build': { service: 'auth', build: 'exits-at-start' },
  'slow-start': { service: 'auth', startMs: 3_000 },
  'version-skew': { service: 'auth', without: ['tri-state-auth-result'] },
  'replica-lag': { lagMs: 4_000 },
  'slow-store': { delayMs: 1_000 },
  'certificate-expired': { service: 'auth' },
  'clock-skew': { service: 'auth', skewMs: 3_600_000 },
  'greedy-caller': { app: 'business-api', requestsPerSecond: 200, at: 'api' },
  'login-storm': { app: 'feed', signInsPerSecond: 60 },
  'retry-storm': { app: 'feed', intentsPerSecond: 20, retries: 3 },
}

export interface UsualFault {
  kind: string
  /** The export of firebreak that makes it: `httpStatus`. */
  constructorName: string
  params: Readonly<Record<string, unknown>>
  /** What it asks of a stack beyond what every stack has. */
  needs: readonly Need[]
}

/** Undefined for a kind that there is not. */
export function usualFault(kind: string): UsualFault | undefined {
  const found = constructors.find(({ definition }) => definition.kind === kind)
  return (
    found && { kind, constructorName: found.name, params: usual[kind] ?? {}, needs: found.definition.needs }
  )
}
