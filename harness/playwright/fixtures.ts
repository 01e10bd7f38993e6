import { test as base } from '@playwright/test'
import { CutShort } from '../run/cut-short.ts'
import { architectureOf } from '../stack/architectures.ts'
import type { RealRuntime } from '../stack/driver.ts'
import { loadOwn } from '../stack/load-own.ts'
import { chooseRuntime } from '../stack/runtimes.ts'
import { startStack } from '../stack/stack.ts'
import { settings } from './settings.ts'
import { StackPool } from './stack-pool.ts'

export interface WorkerOptions {
  /** Name of the architecture to run on; each Playwright project sets one. */
  architecture: string
}

export interface WorkerFixtures extends WorkerOptions {
  runtime: RealRuntime
  /** The running stack, shared by the scenarios of a worker. After a test that failed, Playwright starts a new worker. */
  stacks: StackPool
}

/** Does a test's work; when the test is interrupted, waits until the work has come to its end in order. */
export type Conduct = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

export interface TestFixtures {
  conduct: Conduct
}

/** For taking a stack down, and for what a run does to end in order: above all undoing, also the hard way. */
const endLimitMs = 150_000

/** Playwright's test with a stack. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  architecture: ['hardened', { scope: 'worker', option: true }],
  runtime: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it what a fixture needs.
    async ({}, use) => {
      const { FIREBREAK_RUNTIME_CHOSEN, FIREBREAK_RUNTIME } = settings()
      await use(FIREBREAK_RUNTIME_CHOSEN ?? (await chooseRuntime(FIREBREAK_RUNTIME)).runtime)
    },
    { scope: 'worker' },
  ],
  stacks: [
    async ({ architecture, runtime }, use) => {
      await loadOwn()
      endWithRunner()
      await using stacks = new StackPool((features, signal) =>
        startStack({ runtime, architecture: architectureOf(architecture), features, signal }),
      )
      await use(stacks)
    },
    { scope: 'worker', timeout: endLimitMs },
  ],
  conduct: [
    // biome-ignore lint/correctness/noEmptyPattern: the same.
    async ({}, use) => {
      const interrupted = new AbortController()
      let going: Promise<unknown> | undefined
      await use(work => {
        const result = work(interrupted.signal)
        going = result
        return result
      })
      // Playwright leaves an interrupted test where it stands; the work itself goes on.
      interrupted.abort(new CutShort('interrupted'))
      await going?.catch(() => {})
    },
    { timeout: endLimitMs },
  ],
})

/**
 * Without its runner a worker would take everything down in order, for nobody. The stack's watchdog does it at once, as
 * is wanted after a second Ctrl-C.
 */
function endWithRunner(): void {
  process.once('disconnect', () => process.exit(1))
}
