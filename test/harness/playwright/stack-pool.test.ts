import { describe, expect, test } from 'vitest'
import { StackPool } from '../../../harness/playwright/stack-pool.ts'
import type { Stack } from '../../../harness/stack/stack.ts'

/** A pool of stacks that are only written down; `start` may fail or take its time. */
function scene(start: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const log: string[] = []
  const pool = new StackPool(async (features, signal) => {
    const name = `stack with ${features.join(', ') || 'nothing'}`
    log.push(`start ${name}`)
    await start(signal)
    return { stop: async () => void log.push(`stop ${name}`) } as Stack
  })
  return { log, pool }
}

describe('StackPool', () => {
  test('shares a stack among those that want the same, in whatever order they say it', async () => {
    const { log, pool } = scene()
    const first = await pool.get(['tls', 'replica'])
    expect(await pool.get(['replica', 'tls'])).toBe(first)
    expect(log).toEqual(['start stack with tls, replica'])
  })

  test('puts another in its place for who wants something else: never two at once', async () => {
    const { log, pool } = scene()
    const first = await pool.get([])
    expect(await pool.get(['tls'])).not.toBe(first)
    await pool[Symbol.asyncDispose]()
    expect(log).toEqual([
      'start stack with nothing',
      'stop stack with nothing',
      'start stack with tls',
      'stop stack with tls',
    ])
  })

  test('says when it starts one, and not when it has one', async () => {
    const { log, pool } = scene()
    const starting = async () => void log.push('starting')
    await pool.get([], starting)
    await pool.get([], starting)
    expect(log).toEqual(['starting', 'start stack with nothing'])
  })

  test('tries again after a start that failed', async () => {
    let tries = 0
    const { pool } = scene(async () => {
      tries += 1
      if (tries === 1) throw new Error('no room')
    })
    await expect(pool.get([])).rejects.toThrow('no room')
    await pool.get([])
    expect(tries).toBe(2)
  })

  test('gives up a start when it is no longer wanted, and starts no more', async () => {
    const { pool } = scene(
      signal => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    const getting = pool.get([])
    getting.catch(() => {})
    await pool[Symbol.asyncDispose]()
    await expect(getting).rejects.toThrow('no longer wanted')
    await expect(pool.get([])).rejects.toThrow('no longer wanted')
  })
})
