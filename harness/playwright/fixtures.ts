import { test as base } from '@playwright/test'
import { architectureOf } from '../stack/architectures.ts'
import { loadArchitectures } from '../stack/load-architectures.ts'
import { chooseRuntime } from '../stack/runtimes.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { settings } from './settings.ts'

export interface WorkerOptions {
  /** Name of the architecture to run on; each Playwright project sets one. */
  architecture: string
}

export interface WorkerFixtures extends WorkerOptions {
  /** A running stack, shared by the scenarios of a worker. */
  stack: Stack
}

const bootLimitMs = 120_000

/** Playwright's test with a stack. */
export const test = base.extend<object, WorkerFixtures>({
  architecture: ['hardened', { scope: 'worker', option: true }],
  stack: [
    async ({ architecture }, use) => {
      await loadArchitectures()
      const { FIREBREAK_RUNTIME_CHOSEN, FIREBREAK_RUNTIME } = settings()
      const runtime = FIREBREAK_RUNTIME_CHOSEN ?? (await chooseRuntime(FIREBREAK_RUNTIME)).runtime
      await using stack = await startStack({ runtime, architecture: architectureOf(architecture) })
      await use(stack)
    },
    { scope: 'worker', timeout: bootLimitMs },
  ],
})
