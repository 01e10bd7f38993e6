/** The runtimes, and the choice between them. A new runtime is its folder and one line in each function here. */
import { HarnessError, UsageError } from '../errors.ts'
import { type Driver, type RealRuntime, realRuntimes } from './driver.ts'
import type { Ledger } from './ledger.ts'

export interface DriverOptions {
  stack: string
  ledger: Ledger
  log: (line: string) => void
}

export async function createDriver(runtime: RealRuntime, options: DriverOptions): Promise<Driver> {
  // Loaded when wanted: the containers runtime takes longest to load, and a machine without an engine never needs it.
  if (runtime === 'containers')
    return (await import('./containers/driver.ts')).createContainersDriver(options)
  return (await import('./processes/driver.ts')).createProcessesDriver(options)
}

/** The runtime to use, and why, in words. */
export interface RuntimeChoice {
  runtime: RealRuntime
  why: string
}

/**
 * Resolves `auto` to containers where an engine answers, else to processes.
 * Throws UsageError for a name that is none, HarnessError if containers are asked for and no engine answers.
 */
export async function chooseRuntime(wanted: string): Promise<RuntimeChoice> {
  if (wanted === 'simulation')
    throw new UsageError(
      'the runtime "simulation" is for "firebreak run" and "firebreak sensitivity": it has no addresses to visit',
    )
  if (wanted !== 'auto' && !realRuntimes.some(name => name === wanted)) {
    const known = ['auto', ...realRuntimes, 'simulation'].join(', ')
    throw new UsageError(`no runtime "${wanted}"; there are: ${known}`)
  }
  if (wanted === 'processes') return { runtime: 'processes', why: 'as asked' }
  const { findEngine } = await import('./containers/engine.ts')
  const engine = await findEngine()
  if (engine.ok) return { runtime: 'containers', why: engine.description }
  if (wanted === 'containers') {
    throw new HarnessError(
      `--runtime containers: ${engine.why}, or use --runtime processes, which needs none`,
    )
  }
  return { runtime: 'processes', why: engine.why }
}

/** Makes ready what all stacks of a runtime share (images), so that several starting at once need not. */
export async function prepareRuntime(runtime: RealRuntime, log: (line: string) => void): Promise<void> {
  if (runtime === 'containers') await (await import('./containers/images.ts')).prepareImages(log)
}
