/**
 * A service gets only a share of a core, as beside a greedy neighbour or under a quota set too low: it answers, slowly, and
 * what queues up before it grows. On containers by the engine's quota; on processes it is stopped and let go on in turn.
 */
import { z } from 'zod'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import { injectLimits } from './limits.ts'
import { processTarget } from './processes.ts'

export const cpuLimit = defineFault({
  kind: 'cpu-limit',
  layer: 'process',
  summary: 'A service gets only a share of a core',
  params: z.strictObject({
    ...processTarget,
    /** Cores: 0.1 lets it run for a tenth of the time. */
    cpus: z.number().min(0.01).max(8),
  }),
  runtimes: { containers: 'real', processes: 'imitated', simulation: 'imitated' },
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  inject: (given, stack) =>
    injectLimits(
      'cpu-limit',
      instancesOf(given.service, given.instances, stack.topology),
      { cpus: given.cpus },
      stack,
    ),
})
