import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Ledger } from '../../../harness/stack/ledger.ts'
import { startOf } from '../../../harness/stack/process-identity.ts'

let root: string
let folder: string
let ledger: Ledger
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'firebreak-ledger-'))
  folder = join(root, 'fb-test')
  mkdirSync(folder)
  ledger = new Ledger('fb-test', folder)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const mine = () => startOf(process.pid) ?? 'none'

describe('Ledger', () => {
  test('gives back what was written down, in order', () => {
    const owner = { kind: 'owner', pid: process.pid, start: mine(), runtime: 'processes' } as const
    ledger.record(owner)
    ledger.record({ kind: 'containers' })
    ledger.recordProcess('feed', process.pid)
    expect(ledger.entries()).toEqual([
      owner,
      { kind: 'containers' },
      { kind: 'process', pid: process.pid, start: mine(), service: 'feed', signal: 'SIGKILL' },
    ])
  })

  test('passes over a last line that its writer did not live to finish', () => {
    ledger.record({ kind: 'containers' })
    appendFileSync(join(folder, 'ledger.jsonl'), '{"kind":"process","pid":12')
    expect(ledger.entries()).toEqual([{ kind: 'containers' }])
  })

  test('passes over lines that say nothing it knows', () => {
    writeFileSync(join(folder, 'ledger.jsonl'), '\n{"kind":"dragon"}\n[]\n{"kind":"containers"}\n')
    expect(ledger.entries()).toEqual([{ kind: 'containers' }])
  })

  test('is empty without a file', () => {
    expect(ledger.entries()).toEqual([])
    expect(ledger.ownerIsAlive()).toBe(false)
  })

  test('knows its owner by number and start: a number that is used again is somebody else', () => {
    ledger.record({ kind: 'owner', pid: process.pid, start: mine(), runtime: 'processes' })
    expect(ledger.ownerIsAlive()).toBe(true)
    const other = new Ledger('fb-other', mkdtempSync(join(folder, 'other-')))
    other.record({ kind: 'owner', pid: process.pid, start: `${mine()}0`, runtime: 'processes' })
    expect(other.ownerIsAlive()).toBe(false)
  })

  test('has no living owner if its start could not be read', () => {
    ledger.record({ kind: 'owner', pid: 2 ** 22 + 1, start: '', runtime: 'processes' })
    expect(ledger.ownerIsAlive()).toBe(false)
  })

  test('removes its folder with all that is in it, and does not mind if it is gone', () => {
    ledger.record({ kind: 'containers' })
    writeFileSync(join(folder, 'data'), 'x')
    ledger.remove()
    ledger.remove()
    expect(existsSync(folder)).toBe(false)
  })
})

describe('startOf', () => {
  test('is the same for the same process and differs between processes', () => {
    expect(mine()).not.toBe('none')
    expect(startOf(process.pid)).toBe(mine())
    expect(startOf(1)).not.toBe(mine())
  })

  test('is undefined without such a process', () => {
    expect(startOf(2 ** 22 + 1)).toBeUndefined()
  })
})
