import { describe, expect, test } from 'vitest'
import { seenAtDoors } from '../../../../harness/faults/load/load-evidence.ts'

const own = (requests: number) => ({ begun: requests, requests, well: requests, inFlight: 0 })
/** 1 s watched with so many requests, then 4 s of load with so many. */
const moments = (watched: number, came: number) => ({
  first: { atMs: 0, doors: 0, auth: 0 },
  before: { atMs: 1_000, doors: watched, auth: watched },
  began: { atMs: 2_000, doors: 2 * watched, auth: 2 * watched },
  now: { atMs: 6_000, doors: 2 * watched + came, auth: 2 * watched + came },
})

describe('seenAtDoors', () => {
  test('says what came in, and what the usual is', () => {
    expect(seenAtDoors(moments(100, 800), own(400))).toEqual([
      '800 requests in 4.0 s at the doors: 200/s, before it 100/s; at auth: 200/s, before it 100/s ' +
        '(the generator sent 400 for 400 begun, 400 went well)',
    ])
  })

  test('says nothing while there is no more than the usual', () => {
    expect(seenAtDoors(moments(100, 400), own(400))).toEqual([])
    expect(seenAtDoors(moments(100, 300), own(400))).toEqual([])
  })

  test('says nothing of what chance may bring', () => {
    // 40 beyond 400 is less than their square root and that of 100 four times over.
    expect(seenAtDoors(moments(100, 440), own(40))).toEqual([])
    expect(seenAtDoors(moments(100, 480), own(80))).toHaveLength(1)
  })

  test('says nothing where less came than a third of what was sent', () => {
    expect(seenAtDoors(moments(0, 132), own(400))).toEqual([])
    expect(seenAtDoors(moments(0, 134), own(400))).toHaveLength(1)
  })

  test('does not expect there what is under way', () => {
    const underWay = { ...own(150), well: 50, inFlight: 100 }
    expect(seenAtDoors(moments(0, 60), underWay)).toHaveLength(1)
    expect(seenAtDoors(moments(0, 16), underWay)).toEqual([])
    expect(seenAtDoors(moments(0, 0), { ...own(100), well: 0, inFlight: 100 })).toEqual([])
  })

  test('says nothing of a generator that sent nothing', () => {
    expect(seenAtDoors(moments(0, 100), own(0))).toEqual([])
  })
})
