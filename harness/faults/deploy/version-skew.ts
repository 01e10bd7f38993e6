/**
 * One of several instances runs an older version beside the new ones: with fewer mitigations, or other settings
 * (Cloudflare, 2025-12-05: which version a request met decided whether it was served). Where the architecture has none
 * of those mitigations, and nothing else differs, the versions are the same: then there is no skew, and no evidence.
 */
import { z } from 'zod'
import { mitigations } from '../../stack/architectures.ts'
import type { Stack } from '../../stack/stack.ts'
import { defineFault, type Injected } from '../fault.ts'
import { servicePattern } from '../services.ts'
import { Deployment } from './deployment.ts'
import { deployProblems, instanceHolds, instancesOf, undoneOnFailure } from './targets.ts'

const params = z
  .strictObject({
    service: servicePattern,
    /** How many run the older version: the first one. */
    instances: z.literal('one').default('one'),
    /** What the older version does not have yet. */
    without: z.array(z.enum(mitigations)).default([]),
    /** Settings of the older version, laid over its environment. */
    env: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).default({}),
  })
  .refine(({ without, env }) => without.length > 0 || Object.keys(env).length > 0, {
    message: 'without, env: both are empty, so that the version is no other',
  })
  .refine(({ env }) => env.MITIGATIONS === undefined, { message: 'env: name mitigations in "without"' })
type VersionSkew = z.output<typeof params>

export const versionSkew = defineFault({
  kind: 'version-skew',
  layer: 'deploy',
  summary: 'One of several instances runs an older version',
  params,
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => deployProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  inject: (given, stack) => injectVersionSkew(given, stack),
})

async function injectVersionSkew(given: VersionSkew, stack: Stack): Promise<Injected> {
  const { service, instances, without, env } = given
  const now = stack.architecture.mitigations
  const then = now.filter(mitigation => !without.includes(mitigation))
  const told = { MITIGATIONS: then.join(','), BUILD_SETTINGS: Object.keys(env).join(',') }
  const version = { build: 'older', env: { ...env, ...told } }
  const deployment = new Deployment({ kind: 'version-skew', stack, version })
  const names = instancesOf(service, instances, stack.topology)
  await undoneOnFailure(deployment, async () => {
    for (const name of names) await deployment.replaceWaiting(name)
  })
  const differs = then.length < now.length || Object.keys(env).length > 0
  return differs
    ? deployment
    : {
        evidence: async () => [],
        undo: () => deployment.undo(),
        undoHard: () => deployment.undoHard(),
        remains: () => deployment.remains(),
      }
}
