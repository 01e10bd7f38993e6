import { describe, expect, test } from 'vitest'
import { RevocationList } from '../../../services/app/revocations.ts'
import { callerTo, fakeAuth } from './fake-auth.ts'
import { eventually } from './world.ts'

/** A list, and the pages that auth has for it; a number of revocations is answered with so many, `s0` first. */
function listOf(pages: (unknown[] | undefined)[], options = {}) {
  const fake = fakeAuth(() => {
    const revocations = pages.shift()
    const next = revocations ? ((revocations[0] as { seq: number } | undefined)?.seq ?? 0) : 0
    return revocations ? Response.json({ revocations, next }) : undefined
  })
  return { fake, list: new RevocationList(callerTo(fake), () => {}, options) }
}

const revoked = (sid: string, seq: number) => [{ sid, at: 1, seq }]

describe('RevocationList', () => {
  test('asks for what is new since its last answer, and waits for it', async () => {
    const { fake, list } = listOf([revoked('s1', 4), revoked('s2', 9)])
    expect(list.loaded).toBe(false)
    await list.poll()
    await list.poll(5_000)
    expect(list.loaded).toBe(true)
    expect([list.has('s1'), list.has('s2'), list.has('s3')]).toEqual([true, true, false])
    expect(fake.asked.map(({ query }) => [query.get('since'), query.get('waitMs')])).toEqual([
      ['0', '0'],
      ['4', '5000'],
    ])
  })

  test('keeps what it knows while auth is away, and is not loaded by a failure', async () => {
    const away = listOf([])
    await expect(away.list.poll()).rejects.toThrow()
    expect(away.list.loaded).toBe(false)
    const { list } = listOf([revoked('s1', 4)])
    await list.poll()
    await expect(list.poll()).rejects.toThrow()
    expect([list.has('s1'), list.loaded]).toEqual([true, true])
  })

  test('reads a list that has begun anew from its beginning, and forgets nothing', async () => {
    const { fake, list } = listOf([revoked('s1', 9), [], revoked('s2', 1)])
    for (let i = 0; i < 3; i += 1) await list.poll()
    expect(fake.asked.map(({ query }) => query.get('since'))).toEqual(['0', '9', '0'])
    expect([list.has('s1'), list.has('s2')]).toEqual([true, true])
  })

  test('rejects an answer of another form', async () => {
    const fake = fakeAuth(() => Response.json({ revocations: 'none' }))
    await expect(new RevocationList(callerTo(fake), () => {}).poll()).rejects.toThrow()
  })

  test('holds a bounded number and drops those revoked first', async () => {
    const { list } = listOf([revoked('s1', 1), revoked('s2', 2), revoked('s3', 3)], { max: 2 })
    for (let i = 0; i < 3; i += 1) await list.poll()
    expect([list.has('s1'), list.has('s2'), list.has('s3')]).toEqual([false, true, true])
  })

  test('follows the list across failures until it is stopped', async () => {
    const { fake, list } = listOf([undefined, undefined, revoked('s1', 1), ...Array(10_000).fill([])])
    list.start()
    list.start()
    await eventually(() => (list.has('s1') ? true : undefined))
    list.stop()
    await new Promise(resolve => setTimeout(resolve, 50))
    const count = fake.asked.length
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(fake.asked.length).toBe(count)
    expect(fake.asked[0]?.query.get('waitMs')).toBe('0')
  })
})
