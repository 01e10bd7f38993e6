import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SpareCrowd } from '../../../harness/run/spare-crowd.ts'
import { Ledger } from '../../../harness/stack/ledger.ts'
import { startOf } from '../../../harness/stack/process-identity.ts'

let ledgers: Ledger[]
beforeEach(() => {
  ledgers = [1, 2].map(() => Ledger.open(`spare-${randomBytes(4).toString('hex')}`, 'processes'))
})
afterEach(() => {
  for (const ledger of ledgers) ledger.remove()
})

const stackOf = (index: number) => ledgers[index]?.stack ?? ''
const pidsOf = (index: number) =>
  (ledgers[index]?.entries() ?? []).flatMap(entry => (entry.kind === 'process' ? entry.pid : []))
const areGone = (pids: number[]) => pids.every(pid => startOf(pid) === undefined)

describe('a spare crowd', () => {
  test('is given away once, to the stack that it was started for', async () => {
    await using spare = new SpareCrowd()
    expect(spare.take(stackOf(0))).toBeUndefined()
    spare.startFor(stackOf(0))
    expect(pidsOf(0)).toHaveLength(1)
    await using crowd = spare.take(stackOf(0))
    expect([crowd?.pid]).toEqual(pidsOf(0))
    expect(spare.take(stackOf(0))).toBeUndefined()
  })

  test('is kept when it is asked for again', async () => {
    await using spare = new SpareCrowd()
    spare.startFor(stackOf(0))
    spare.startFor(stackOf(0))
    expect(pidsOf(0)).toHaveLength(1)
  })

  test('ends when another stack wants one, and with who keeps it', async () => {
    await using spare = new SpareCrowd()
    spare.startFor(stackOf(0))
    spare.startFor(stackOf(1))
    await expect.poll(() => areGone(pidsOf(0))).toBe(true)
    expect(areGone(pidsOf(1))).toBe(false)
    expect(spare.take(stackOf(0))).toBeUndefined()
    await expect.poll(() => areGone(pidsOf(1))).toBe(true)
    spare.startFor(stackOf(0))
    await spare[Symbol.asyncDispose]()
    expect(areGone(pidsOf(0))).toBe(true)
  })

  test('is another one when the first has ended by itself, as with its stack', async () => {
    await using spare = new SpareCrowd()
    spare.startFor(stackOf(0))
    for (const pid of pidsOf(0)) process.kill(pid, 'SIGKILL')
    const startedByNow = () => {
      spare.startFor(stackOf(0))
      return pidsOf(0).length
    }
    await expect.poll(startedByNow).toBe(2)
    await using crowd = spare.take(stackOf(0))
    expect(crowd?.pid).toBe(pidsOf(0)[1])
  })
})
