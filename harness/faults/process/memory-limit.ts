/**
 * A service may have only so much memory, and is killed when it has more: at once, if it has more already. Nobody starts
 * it again before the undo. On containers by the engine's limit; on processes it is watched. (With the bad build `leaks` it
 * comes slowly.)
 */
import { z } from 'zod'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import { injectLimits } from './limits.ts'
import { processTarget } from './processes.ts'

export const memoryLimit = defineFault({
  kind: 'memory-limit',
  layer: 'process',
  summary: 'A service is killed when it has more than so much memory',
  params: z.strictObject({
    ...processTarget,
    memoryMiB: z.number().int().min(8).max(4_096),
  }),
  runtimes: { containers: 'real', processes: 'imitated' },
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  inject: (given, stack) =>
    injectLimits(
      'memory-limit',
      instancesOf(given.service, given.instances, stack.topology),
      { memoryMiB: given.memoryMiB },
      stack,
    ),
})
