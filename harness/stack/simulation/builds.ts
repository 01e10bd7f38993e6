/** What is wrong with a build (harness/builds), for services that run in a simulation. */
import { StackError } from '../../errors.ts'

/** A build as it was told to be, by its environment. */
export interface VirtualBuild {
  name: string
  /** How far its date is ahead, ms. */
  skewMs: number
  /** How long it takes before its program begins, ms. */
  startMs: number
  endsAtStart: boolean
  /** When it crashes, ms after it began to listen; at which request. */
  crashesAfterMs: number | undefined
  crashesAtRequest: number | undefined
  /** What it says of itself. */
  told: Readonly<Record<string, unknown>>
}

type Env = Readonly<Record<string, string>>

const usual = {
  skewMs: 0,
  startMs: 0,
  endsAtStart: false,
  crashesAfterMs: undefined,
  crashesAtRequest: undefined,
  told: {},
}

const builds: Readonly<Record<string, (env: Env) => Partial<VirtualBuild>>> = {
  'exits-at-start': () => ({ endsAtStart: true }),
  'crashes-later': ({ CRASH_AFTER_MS }) => {
    const afterMs = Number(CRASH_AFTER_MS)
    return { crashesAfterMs: afterMs, told: { afterMs } }
  },
  'crashes-on-request': ({ CRASH_AT_REQUEST }) => {
    const atRequest = Number(CRASH_AT_REQUEST)
    return { crashesAtRequest: atRequest, told: { atRequest } }
  },
  'slow-start': ({ SLOW_START_MS }) => {
    const startMs = Number(SLOW_START_MS)
    return { startMs, told: { startMs } }
  },
  'skewed-clock': ({ SKEW_MS = '0' }) => ({ skewMs: Number(SKEW_MS), told: { skewMs: Number(SKEW_MS) } }),
  older: env => {
    const settings = (env.BUILD_SETTINGS ?? '').split(',').filter(name => name !== '')
    const told = Object.fromEntries(settings.map(name => [name, env[name] ?? '']))
    return { told: { mitigations: env.MITIGATIONS ?? '', ...told } }
  },
}

/** Throws StackError for one that no simulation can show, such as one that leaks memory. */
export function buildOf(service: string, name: string | undefined, env: Env): VirtualBuild | undefined {
  if (name === undefined) return undefined
  const build = builds[name]
  if (!build)
    throw new StackError(
      service,
      `the build "${name}" cannot be simulated; these can: ${Object.keys(builds).join(', ')}`,
    )
  return { ...usual, name, ...build(env) }
}
