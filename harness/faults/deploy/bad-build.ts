/**
 * A new version goes out, and it is bad: it ends at its start, crashes after a while or at a certain request, or leaks
 * memory. It goes to all instances at once, as when the stages of a deployment are skipped (Azure AD, 2020-09-28), or
 * one by one as a careful deployment does: the next only when the one before listens and goes on running. Nobody starts
 * again what has crashed. The undo is the rollback: the first version everywhere, listening.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { StackError } from '../../errors.ts'
import type { Stack } from '../../stack/stack.ts'
import { defineFault } from '../fault.ts'
import { servicePattern } from '../services.ts'
import { Deployment } from './deployment.ts'
import { deployProblems, instanceHolds, instancesOf, undoneOnFailure } from './targets.ts'

const builds = ['exits-at-start', 'crashes-later', 'crashes-on-request', 'leaks'] as const

const params = z.strictObject({
  service: servicePattern,
  /** What is wrong with it. */
  build: z.enum(builds),
  /** `one`: only the first of them. */
  instances: z.enum(['all', 'one']).default('all'),
  /** One by one, each after the one before has proved itself; stops where one does not. */
  staged: z.boolean().default(false),
  /** Staged: for how long an instance has to run before the next one's turn, ms. */
  checkMs: z.number().int().min(0).max(60_000).default(1_000),
  /** `crashes-later`: how long after it began to listen, ms. */
  afterMs: z.number().int().min(1).max(600_000).default(3_000),
  /** `crashes-on-request`: at which request. */
  atRequest: z.number().int().min(1).max(1_000_000).default(10),
  /** `leaks`: how much, MiB a second, */
  leakMiBPerS: z.number().min(0.1).max(1_024).default(16),
  /** and where it ends, MiB. */
  leakMaxMiB: z.number().int().min(1).max(1_024).default(256),
})
type BadBuild = z.output<typeof params>

export const badBuild = defineFault({
  kind: 'bad-build',
  layer: 'deploy',
  summary: 'A new version goes out that cannot run',
  params,
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => deployProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  inject: (given, stack) => injectBadBuild(given, stack),
})

async function injectBadBuild(given: BadBuild, stack: Stack): Promise<Deployment> {
  const { service, instances, build, staged, checkMs } = given
  const names = instancesOf(service, instances, stack.topology)
  const deployment = new Deployment({
    kind: 'bad-build',
    stack,
    version: { build, env: environmentOf(given) },
  })
  return undoneOnFailure(deployment, () =>
    staged ? inStages(deployment, names, checkMs) : deployment.replaceAll(names),
  )
}

/** Stops at the first that does not listen or does not go on running; those after it keep what they have. */
async function inStages(deployment: Deployment, names: readonly string[], checkMs: number): Promise<void> {
  for (const name of names) {
    try {
      await deployment.replaceWaiting(name)
    } catch (error) {
      if (error instanceof StackError) return
      throw error
    }
    await sleep(checkMs)
    if (!(await deployment.isUp(name))) return
  }
}

function environmentOf(given: BadBuild): Record<string, string> {
  return {
    CRASH_AFTER_MS: `${given.afterMs}`,
    CRASH_AT_REQUEST: `${given.atRequest}`,
    LEAK_MIB_PER_S: `${given.leakMiBPerS}`,
    LEAK_MAX_MIB: `${given.leakMaxMiB}`,
  }
}
