/**
 * A service is deployed anew and takes long until it listens, as with a cold cache, a migration or a download at its
 * start. All that the pattern names begin at the same time. The undo starts the first version again, which is quick.
 */
import { z } from 'zod'
import { defineFault } from '../fault.ts'
import { servicePattern } from '../services.ts'
import { Deployment } from './deployment.ts'
import { deployProblems, instanceHolds, instancesOf, undoneOnFailure } from './targets.ts'

export const slowStart = defineFault({
  kind: 'slow-start',
  layer: 'deploy',
  summary: 'A service is started anew and takes long until it listens',
  params: z.strictObject({
    service: servicePattern,
    /** How long before it even begins what a start needs, ms. */
    startMs: z.number().int().min(1).max(600_000),
  }),
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => deployProblems(service, topology),
  holds: ({ service }, topology) => instanceHolds(service, 'all', topology),
  async inject({ service, startMs }, stack) {
    const version = { build: 'slow-start', env: { SLOW_START_MS: `${startMs}` } }
    const deployment = new Deployment({ kind: 'slow-start', stack, version })
    const names = instancesOf(service, 'all', stack.topology)
    return undoneOnFailure(deployment, () => deployment.replaceAll(names))
  },
})
