/** What bounds a container while it runs. */
import type Docker from 'dockerode'
import type { ServiceLimits } from '../service-control.ts'
import { engineMessage } from './engine.ts'

/** Of a limit of processor time, µs: the engine's own. */
const cpuPeriodUs = 100_000
const mib = 2 ** 20

/**
 * Bounds a container, and lifts what is not named: no bound to its processor time, `firstMemoryMiB` of memory. Whether
 * the kernel takes the memory's limit: it may refuse one below what is in use. Rejects with the engine's error.
 */
export async function limitContainer(
  container: Docker.Container,
  limits: ServiceLimits,
  firstMemoryMiB: number,
): Promise<boolean> {
  const { cpus, memoryMiB = firstMemoryMiB } = limits
  // The quota first: it never fails.
  await container.update({
    CpuPeriod: cpuPeriodUs,
    CpuQuota: cpus === undefined ? -1 : Math.round(cpus * cpuPeriodUs),
  })
  try {
    // Without the second there would be a swap as large as before.
    await container.update({ Memory: memoryMiB * mib, MemorySwap: memoryMiB * mib })
    return true
  } catch (error) {
    const isRefused = /busy|unable to set memory limit/i.test(engineMessage(error))
    if (limits.memoryMiB !== undefined && isRefused) return false
    throw error
  }
}
