import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import type { WorkerOptions } from './harness/playwright/fixtures.ts'
import { settings } from './harness/playwright/settings.ts'
import { loadOwn } from './harness/stack/load-own.ts'
import { codeEnding, programFile } from './harness/stack/node-binary.ts'

// Drawn here, so that every process of the run inherits the same seed.
settings()

const architectures = await loadOwn()
const cores = availableParallelism()

export default defineConfig<object, WorkerOptions>({
  testDir: 'scenarios',
  testMatch: `*.spec${codeEnding}`,
  globalSetup: programFile('harness/playwright/global-setup'),
  // A worker has one stack, on which the scenarios of an architecture run one after the other. Measuring takes two cores.
  workers: Math.max(1, Math.min(architectures.length, Math.floor(cores / 2))),
  // A shard takes single tests, so that three architectures can be spread over more than three machines.
  fullyParallel: process.env.FIREBREAK_SHARD !== undefined,
  // A scenario that holds only now and then does not hold.
  retries: 0,
  reporter: [[programFile('harness/playwright/reporter')]],
  projects: architectures.map(({ name }) => ({ name, use: { architecture: name } })),
})
