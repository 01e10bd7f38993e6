import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { LoadProcess } from '../../../harness/load/load-process.ts'
import type { LoadPlan } from '../../../harness/load/plan.ts'
import { Ledger } from '../../../harness/stack/ledger.ts'
import { nodeBinary, rootFolder } from '../../../harness/stack/node-binary.ts'
import { startApp } from '../crowd/support.ts'

const plan: LoadPlan = {
  behaviour: { kind: 'call', at: 'token' },
  client: 'api',
  // Nothing listens there, so that every call fails at once.
  callers: [{ door: 'http://127.0.0.1:1', host: 'x', address: '10.200.0.1', username: 'a', password: 'b' }],
  perSecond: 20,
  concurrencyMax: 5,
  timeoutMs: 500,
  maxMs: 60_000,
}

function spawnLoad(): ChildProcessWithoutNullStreams {
  return spawn(nodeBinary(), [
    '--disable-warning=ExperimentalWarning',
    join(rootFolder, 'harness/load/main.ts'),
  ])
}

describe('the generator as a program', () => {
  test('ends at once when its input ends, as when whoever started it was killed', async () => {
    const load = spawnLoad()
    load.stdin.write(`${JSON.stringify(plan)}\n`)
    await once(load.stdout, 'data')
    const exit = once(load, 'exit')
    load.stdin.end()
    expect(await exit).toEqual([0, null])
  })

  test('does nothing without a plan that makes sense', async () => {
    const load = spawnLoad()
    let said = ''
    load.stderr.on('data', text => {
      said += text
    })
    load.stdin.write(`${JSON.stringify({ ...plan, perSecond: 1e9 })}\n`)
    expect(await once(load, 'close')).toEqual([64, null])
    expect(said).toContain('perSecond')
  })
})

describe('LoadProcess', () => {
  test('rejects, and leaves nothing, where its plan does not make sense', async () => {
    const ledger = Ledger.open('fb-test-load-process', 'processes')
    try {
      await expect(new LoadProcess(ledger.stack).begin({ ...plan, maxMs: 0 })).rejects.toThrow(
        /the load could not be started: it ended by itself with 64: .*maxMs/s,
      )
    } finally {
      ledger.remove()
    }
  })

  test('is not there where it cannot be written down', () => {
    expect(() => new LoadProcess('fb-test-no-such-stack')).toThrow('ENOENT')
  })

  test('sends nothing before it is looked at, however long that takes', async () => {
    const asked: string[] = []
    const app = new Hono().all('*', context => {
      asked.push(context.req.path)
      return context.json({ access_token: 'token' })
    })
    await using door = await startApp(app)
    const ledger = Ledger.open('fb-test-load-look', 'processes')
    const callers = plan.callers.map(caller => ({ ...caller, door: door.door }))
    const load = new LoadProcess(ledger.stack)
    try {
      await load.begin({ ...plan, callers }, async () => {
        await new Promise(resolve => setTimeout(resolve, 500))
        expect(asked).toEqual([])
      })
      await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(2)
      await load.stop()
    } finally {
      await load.kill()
      ledger.remove()
    }
  })

  test('can be stopped before it has begun', async () => {
    const ledger = Ledger.open('fb-test-load-early', 'processes')
    const load = new LoadProcess(ledger.stack)
    try {
      await load.begin(plan, () => load.stop())
      expect(load.isAlive).toBe(false)
      expect(load.counts.requests).toBe(0)
    } finally {
      await load.kill()
      ledger.remove()
    }
  })

  test('leaves nothing where the look fails', async () => {
    const ledger = Ledger.open('fb-test-load-blind', 'processes')
    const load = new LoadProcess(ledger.stack)
    try {
      await expect(load.begin(plan, () => Promise.reject(new Error('no counters')))).rejects.toThrow(
        'the load could not be started: no counters',
      )
      expect(load.isAlive).toBe(false)
    } finally {
      ledger.remove()
    }
  })

  test('counts what it does, and stops', async () => {
    const ledger = Ledger.open('fb-test-load-counts', 'processes')
    try {
      const load = new LoadProcess(ledger.stack)
      await load.begin(plan)
      await expect.poll(() => load.counts.requests).toBeGreaterThan(2)
      expect(load.isAlive).toBe(true)
      await load.stop()
      expect(load.isAlive).toBe(false)
      expect(load.counts).toMatchObject({ well: 0, inFlight: 0 })
      await load.stop()
    } finally {
      ledger.remove()
    }
  })
})
