import { createHash } from 'node:crypto'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { architectureOf } from '../../../../harness/stack/architectures.ts'
import { runJob } from '../../../../harness/stack/simulation/job.ts'

/** Seconds by itself, but not on a machine that has much else to do. */
const timeout = 300_000

async function textOf(scenario: string, architecture: string, seed = 7): Promise<string> {
  const { run } = await runJob({ scenario, architecture: architectureOf(architecture), seed, twin: false })
  expect(run.verdict, run.reasons.join('\n')).not.toBe('error')
  return JSON.stringify(run)
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

test('the same seed gives the same results to the byte, whatever ran before', { timeout }, async () => {
  const storm = await textOf('login-storm', 'shared-fate')
  const other = await textOf('login-storm', 'shared-fate', 8)
  expect(hashOf(await textOf('login-storm', 'shared-fate'))).toBe(hashOf(storm))
  expect(hashOf(other)).not.toBe(hashOf(storm))
})

const require = createRequire(import.meta.url)
afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

test('nobody in it reads the time, draws from chance or opens a socket but through it', {
  timeout,
}, async () => {
  const caught: string[] = []
  /** Notes who calls it, of the project's own code. */
  const trap = <T extends object>(of: T, name: keyof T & string) => {
    const real = of[name] as (...given: unknown[]) => unknown
    vi.spyOn(of as Record<string, () => unknown>, name).mockImplementation(function (
      this: unknown,
      ...given
    ) {
      const stack = new Error(name).stack ?? ''
      if (
        /\/(harness|services)\/(?!stack\/simulation\/clock)/.test(
          stack.replaceAll('/test/harness/', '/test/'),
        )
      )
        caught.push(stack)
      return Reflect.apply(real, this, given)
    })
  }
  trap(Math, 'random')
  trap(Date, 'now')
  trap(performance, 'now')
  trap(globalThis, 'setTimeout')
  const crypto = require('node:crypto') as typeof import('node:crypto')
  for (const name of ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'scrypt'] as const)
    trap(crypto, name)
  const { subtle } = globalThis.crypto
  for (const name of ['sign', 'verify', 'importKey', 'encrypt', 'decrypt', 'digest'] as const)
    trap(subtle, name)
  trap(Socket.prototype, 'connect')
  trap(require('node:child_process') as typeof import('node:child_process'), 'spawn')
  syncBuiltinESMExports()
  await textOf('store-read-only', 'cellular')
  expect(caught).toEqual([])
})
