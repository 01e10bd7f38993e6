import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import type { WorkerOptions } from './harness/playwright/fixtures.ts'
import { settings } from './harness/playwright/settings.ts'
import { loadOwn } from './harness/stack/load-own.ts'
import { codeEnding, programFile } from './harness/stack/node-binary.ts'

// Drawn here, so that every process of the run inherits the same seed.
const { FIREBREAK_STACKS, FIREBREAK_SHARD } = settings()

const architectures = await loadOwn()
// Measuring takes two cores and some 2 GiB. More than four only where they are asked for.
const stacks = FIREBREAK_STACKS ?? Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)))

export default defineConfig<object, WorkerOptions>({
  testDir: 'scenarios',
  testMatch: `*.spec${codeEnding}`,
  globalSetup: programFile('harness/playwright/global-setup'),
  // A worker has one stack, on which the scenarios of an architecture run one after the other.
  workers: stacks,
  // Single tests, where architectures are too few to go round: several stacks of one, and shards of more than three machines.
  fullyParallel: FIREBREAK_SHARD !== undefined || stacks > 1,
  // A scenario that holds only now and then does not hold.
  retries: 0,
  reporter: [[programFile('harness/playwright/reporter')]],
  projects: architectures.map(({ name }) => ({ name, use: { architecture: name } })),
})
