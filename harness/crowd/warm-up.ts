/** What it takes to sign everybody in before a run. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../errors.ts'
import type { User } from './user.ts'

const warmUpTries = 5
const retryMs = 100

/**
 * A first sign-in that fails is the harness's or the stack's fault: there is no fault injected yet. One that is asked to
 * come back later does, for a while: the stack may be readmitting people after the scenario before.
 */
export async function signInFirst(user: User): Promise<void> {
  let seen = await user.signInQuietly()
  for (let tries = 1; tries < warmUpTries && seen.told === 'try-later'; tries += 1) {
    await sleep(seen.retryAfterMs ?? retryMs)
    seen = await user.signInQuietly()
  }
  if (seen.result !== 'served') {
    throw new HarnessError(
      `${user.who.user} could not sign in before the run began: ${seen.told ?? seen.result}`,
    )
  }
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** Runs tasks, some at once. Rejects with the first error, after those under way have ended. */
export async function inParallel(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const left = [...tasks]
  const worker = async () => {
    for (let task = left.shift(); task; task = left.shift()) await task()
  }
  const results = await Promise.allSettled(range(atOnce).map(worker))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
