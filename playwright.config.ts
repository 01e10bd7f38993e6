import { availableParallelism } from 'node:os'
import { defineConfig } from '@playwright/test'
import type { WorkerOptions } from './harness/playwright/fixtures.ts'
import { settings } from './harness/playwright/settings.ts'
import { architectureNames } from './harness/stack/architectures.ts'

// Drawn here, so that every process of the run inherits the same seed.
settings()

export default defineConfig<object, WorkerOptions>({
  testDir: 'scenarios',
  testMatch: '*.spec.ts',
  globalSetup: './harness/playwright/global-setup.ts',
  // One worker, and so one stack, for each architecture; its scenarios run one after the other.
  workers: Math.max(1, Math.min(architectureNames.length, availableParallelism())),
  fullyParallel: false,
  // A scenario that holds only now and then does not hold.
  retries: 0,
  reporter: [['./harness/playwright/reporter.ts']],
  projects: architectureNames.map(name => ({ name, use: { architecture: name } })),
})
