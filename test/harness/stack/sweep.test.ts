import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Ledger, stackVariable } from '../../../harness/stack/ledger.ts'
import { startOf } from '../../../harness/stack/process-identity.ts'
import { leftoversOf, sweep } from '../../../harness/stack/sweep.ts'

let root: string
let ledger: Ledger
let children: ChildProcess[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firebreak-sweep-'))
  const stack = `fb-test-${root.slice(-6)}`
  mkdirSync(join(root, stack))
  ledger = new Ledger(stack, join(root, stack))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

/** A process that lives until it is ended; `script` says what else it does. */
async function startChild({ script = '', env = {} } = {}) {
  const child = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1e6); console.log('up')`], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, exited }
}

const isAlive = (pid: number) => startOf(pid) !== undefined

describe('sweep', () => {
  test('ends a process of the ledger and removes the folder', async () => {
    const { pid, exited } = await startChild()
    ledger.recordProcess('feed', pid)
    expect(leftoversOf(ledger).processes).toEqual([{ pid, service: 'feed', signal: 'SIGKILL' }])
    expect((await sweep(ledger)).processes).toHaveLength(1)
    expect(await exited).toEqual([null, 'SIGKILL'])
    expect(existsSync(ledger.folder)).toBe(false)
  })

  test('ends a process that is stopped, with the signal that ends it cleanly', async () => {
    const { pid, exited } = await startChild({ script: `process.on('SIGQUIT', () => process.exit(7))` })
    process.kill(pid, 'SIGSTOP')
    // The state of a stopped process in /proc, where there is one.
    if (process.platform === 'linux')
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') T ')
    ledger.recordProcess('sessions', pid, 'SIGQUIT')
    await sweep(ledger)
    expect(await exited).toEqual([7, null])
  })

  test('ends one that does not heed its signal', async () => {
    const { pid, exited } = await startChild({ script: `process.on('SIGQUIT', () => {})` })
    ledger.recordProcess('sessions', pid, 'SIGQUIT')
    await sweep(ledger)
    expect(await exited).toEqual([null, 'SIGKILL'])
  })

  test('does not touch a process that only has the number of one that it knew', async () => {
    const { pid } = await startChild()
    ledger.record({ kind: 'process', pid, start: `${startOf(pid)}0`, service: 'feed', signal: 'SIGKILL' })
    ledger.record({ kind: 'process', pid, start: '', service: 'feed', signal: 'SIGKILL' })
    expect(leftoversOf(ledger).processes).toEqual([])
    await sweep(ledger)
    expect(isAlive(pid)).toBe(true)
    expect(existsSync(ledger.folder)).toBe(false)
  })

  test.runIf(process.platform === 'linux')(
    'finds by its mark a process that was not written down, and leaves those of other stacks',
    async () => {
      const own = await startChild({ env: { [stackVariable]: ledger.stack } })
      const other = await startChild({ env: { [stackVariable]: `${ledger.stack}0` } })
      expect(leftoversOf(ledger).processes).toEqual([
        { pid: own.pid, service: 'unrecorded', signal: 'SIGKILL' },
      ])
      await sweep(ledger)
      expect(await own.exited).toEqual([null, 'SIGKILL'])
      expect(isAlive(other.pid)).toBe(true)
    },
  )

  test('finds nothing the second time', async () => {
    const { pid } = await startChild()
    ledger.recordProcess('feed', pid)
    await sweep(ledger)
    expect(await sweep(ledger)).toEqual({ stack: ledger.stack, processes: [], containers: false })
  })

  test('remembers that there were containers', () => {
    expect(leftoversOf(ledger).containers).toBe(false)
    ledger.record({ kind: 'containers' })
    expect(leftoversOf(ledger).containers).toBe(true)
  })
})
