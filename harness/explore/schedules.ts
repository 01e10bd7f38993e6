/** Which faults may come, and when: what an architecture promises to survive, as arbitraries that can be drawn and shrunk. */
import fc from 'fast-check'
import { ScenarioError } from '../errors.ts'
import { architectureOf } from '../stack/architectures.ts'
import { type DrawnFault, type Schedule, scenarioOf } from './drawn.ts'

/** Before the first and to the end of the last of them, so that there is traffic enough to say something of. */
const steadyMs = 4_000
const windowMsMin = 4_000
const lastAtMs = 9_000
const stepMs = 500
const faultsMax = 3

const links = [
  '* -> auth',
  'feed -> auth',
  'photos -> auth',
  'business-api -> auth',
  'auth -> sessions',
  '* -> config',
]
const link = fc.constantFrom(...links)
const auths = fc.constantFrom('auth', 'config')
const instances = fc.constantFrom('all', 'one')
const document = fc.constantFrom('auth', 'feed', 'edge')
const ms = (min: number, max: number) =>
  fc.integer({ min: min / 100, max: max / 100 }).map(each => each * 100)

/**
 * By kind. Left out is where auth says a clear and wrong "no" or the doors are gone, since nobody promises anything there:
 * stores that lose or break sessions, revocations, keys that are taken away, clocks, edges.
 */
const parameters: Readonly<Record<string, fc.Arbitrary<Record<string, unknown>>>> = {
  down: fc.record({ link }),
  latency: fc.record({ link, latencyMs: ms(100, 8_000) }),
  jitter: fc.record({ link, latencyMsMax: ms(100, 4_000) }),
  timeout: fc.record({ link }),
  reset: fc.record({ link }),
  bandwidth: fc.record({ link, kilobytesPerSecond: fc.integer({ min: 1, max: 50 }) }),
  'http-status': fc.record({ link, status: fc.constantFrom(500, 502, 503, 504, 429) }),
  'http-delay': fc.record({ link, delayMs: ms(100, 5_000), share: fc.constantFrom(0.2, 0.5, 1) }),
  'http-cut': fc.record({ link, share: fc.constantFrom(0.2, 0.5, 1) }),
  'http-body': fc.record({
    link,
    form: fc.constantFrom('malformed-json', 'html', 'empty', 'wrong-content-type'),
  }),
  kill: fc.record({ service: auths, instances }),
  pause: fc.record({ service: auths, instances }),
  restart: fc.record({ service: auths, instances }),
  'crash-loop': fc.record({ service: auths, instances }),
  'slow-store': fc.record({ delayMs: ms(100, 5_000), share: fc.constantFrom(0.2, 0.5, 1) }),
  'store-read-only': fc.constant({}),
  'config-push': fc.constant({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
  'config-empty': fc.record({ service: document }),
  'config-oversized': fc.record({ service: document }),
  'bad-build': fc.record({
    service: fc.constant('auth'),
    instances,
    build: fc.constantFrom('exits-at-start', 'crashes-on-request'),
  }),
}

export const exploredKinds: readonly string[] = Object.keys(parameters)

const fault: fc.Arbitrary<DrawnFault> = fc.oneof(
  ...Object.entries(parameters).map(([kind, params]) =>
    fc.record({
      kind: fc.constant(kind),
      params,
      atMs: fc.integer({ min: steadyMs / stepMs, max: lastAtMs / stepMs }).map(each => each * stepMs),
      forMs: fc.integer({ min: 2, max: 12 }).map(each => each * stepMs),
    }),
  ),
)

/** Whether something is pushed by a config service that may be down: that is no fault of the stack's. */
function pushesToNobody(drawn: Schedule): boolean {
  const isPush = ({ kind }: DrawnFault) => kind.startsWith('config-')
  const isConfigDown = ({ params }: DrawnFault) => params.service === 'config'
  return drawn.some(isPush) && drawn.some(isConfigDown)
}

/** Schedules of one to three faults that a stack of the architecture can have. Throws UsageError for one that there is not. */
export function schedules(architecture: string): fc.Arbitrary<Schedule> {
  // Of one that nobody knows no schedule would fit, and drawing would never end.
  architectureOf(architecture)
  return fc.array(fault, { minLength: 1, maxLength: faultsMax }).filter(drawn => fits(drawn, architecture))
}

function fits(drawn: Schedule, architecture: string): boolean {
  const from = Math.min(...drawn.map(({ atMs }) => atMs))
  const until = Math.max(...drawn.map(({ atMs, forMs }) => atMs + forMs))
  if (until - from < windowMsMin || pushesToNobody(drawn)) return false
  try {
    scenarioOf(drawn, architecture)
    return true
  } catch (error) {
    if (error instanceof ScenarioError) return false
    throw error
  }
}
