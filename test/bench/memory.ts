/** How much memory a running stack holds, with what its processes share counted once. Linux only; elsewhere NaN. */
import { readdirSync, readFileSync } from 'node:fs'
import { openEngine } from '../../harness/stack/containers/engine.ts'
import { stackLabel, stackVariable } from '../../harness/stack/ledger.ts'

/** The proportional share (PSS) of every process that carries the stack's mark, MiB. */
export async function processesMemoryMiB(stack: string): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN
  const mark = `${stackVariable}=${stack}\0`
  const pssKiB = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => {
      try {
        if (!`${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(mark)) return 0
        const [, kiB = '0'] =
          /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
        return Number(kiB)
      } catch {
        // It has ended by itself.
        return 0
      }
    })
  return pssKiB.reduce((sum, kiB) => sum + kiB, 0) / 1_024
}

/** What the engine charges to every container of the stack, without the page cache that it can take back, MiB. */
export async function containersMemoryMiB(stack: string): Promise<number> {
  const docker = await openEngine()
  const containers = await docker.listContainers({ filters: { label: [`${stackLabel}=${stack}`] } })
  const bytes = await Promise.all(
    containers.map(async ({ Id }) => {
      const { memory_stats } = await docker.getContainer(Id).stats({ stream: false, 'one-shot': true })
      const { usage = 0, stats } = memory_stats
      const reclaimable =
        (stats as Record<string, number> | undefined)?.total_inactive_file ?? stats?.inactive_file
      return usage - (reclaimable ?? 0)
    }),
  )
  return bytes.reduce((sum, each) => sum + each, 0) / 2 ** 20
}
