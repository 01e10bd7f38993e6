import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { type Call, CallFailed, createCaller } from '../../../services/common/caller.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

const one = 'http://one.test'
const two = 'http://two.test'
const hanging = -1
const call: Call = { path: '/', timeoutMs: 500, purpose: 'session-check' }

// No pause before a retry.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A caller of several endpoints, each of which answers with the status given for it (0: cannot be reached; `hanging`: never). */
function callerOf(statuses: Record<string, number>, ...names: Mitigation[]) {
  const world = { endpoints: Object.keys(statuses), asked: [] as string[], logged: [] as unknown[], takes: 0 }
  const mitigations = new Set(names)
  const places = createPlaces(mitigations)
  const caller = createCaller({
    endpoints: () => world.endpoints,
    name: 'dependency',
    fetch: async url => {
      const { origin } = new URL(String(url))
      world.asked.push(origin)
      const status = statuses[origin] ?? 0
      if (status === hanging) return new Promise(() => {})
      if (status === 0) throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
      return new Response(null, { status })
    },
    log: (event, fields) => world.logged.push([event, fields?.endpoint]),
    mitigations,
    places: {
      failure: places.failure,
      take(...about) {
        world.takes += 1
        return places.take(...about)
      },
    },
  })
  const outcome = (about: Partial<Call> = {}) =>
    caller.call({ ...call, ...about }).then(
      answer => answer.status,
      error => (error instanceof CallFailed ? error.kind : `not a CallFailed: ${error}`),
    )
  const outcomes = async (calls: number) => {
    const all = []
    for (let index = 0; index < calls; index += 1) all.push(await outcome())
    return all
  }
  return { world, outcome, outcomes, statuses }
}

describe('a caller with several endpoints', () => {
  test('asks them in turn', async () => {
    const { world, outcomes } = callerOf({ [one]: 200, [two]: 200 })
    await outcomes(4)
    expect(world.asked).toEqual([one, two, one, two])
  })

  test('asks another one when it tries again', async () => {
    const { world, outcomes } = callerOf({ [one]: 0, [two]: 200 })
    expect(await outcomes(1)).toEqual([200])
    expect(world.asked).toEqual([one, two])
  })

  test.each([[[]], [['retry-budget', 'circuit-breaker', 'bulkhead']]] as [Mitigation[]][])(
    'says no-endpoint at once where there is none (%j), and asks as soon as there is one',
    async names => {
      const { world, outcomes, statuses } = callerOf({}, ...names)
      expect(await outcomes(1)).toEqual(['no-endpoint'])
      expect(world.asked).toEqual([])
      statuses[one] = 200
      world.endpoints = [one]
      expect(await outcomes(1)).toEqual([200])
    },
  )

  test('circuit-breaker: an open circuit moves calls to the other endpoint and spends no retry', async () => {
    const { world, outcomes } = callerOf({ [one]: 500, [two]: 200 }, 'circuit-breaker', 'retry-budget')
    expect(new Set(await outcomes(10))).toEqual(new Set([200]))
    expect(world.asked.filter(url => url === one)).toHaveLength(5)
    // The five failures took all the retries saved up: from here on a call that had to retry would fail.
    world.asked.length = 0
    expect(new Set(await outcomes(20))).toEqual(new Set([200]))
    expect(world.asked).toEqual(Array.from({ length: 20 }, () => two))
    expect(world.logged).toEqual([['circuit-opened', one]])
  })

  test('circuit-breaker: says circuit-open at once, with no place taken, only when all are open', async () => {
    const { world, outcomes } = callerOf({ [one]: 500, [two]: 503 }, 'circuit-breaker')
    await outcomes(5)
    expect(world.asked).toHaveLength(10)
    const { takes } = world
    expect(await outcomes(3)).toEqual(['circuit-open', 'circuit-open', 'circuit-open'])
    expect(world.takes).toBe(takes)
    expect(world.asked).toHaveLength(10)
  })

  test('circuit-breaker: while a probe is under way calls go to the other endpoint and do not wait for it', async () => {
    const { world, outcome, outcomes, statuses } = callerOf({ [one]: 500, [two]: 200 }, 'circuit-breaker')
    await outcomes(10)
    statuses[one] = hanging
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 500)
    world.asked.length = 0
    // One of these is the probe, which never ends.
    void outcome()
    void outcome()
    expect(new Set(await outcomes(6))).toEqual(new Set([200]))
    expect(world.asked.filter(url => url === one)).toHaveLength(1)
  })

  test('circuit-breaker: a 429 between failures ends the run, being said by an endpoint that is up', async () => {
    const { world, outcomes, statuses } = callerOf({ [one]: 500 }, 'circuit-breaker')
    for (const status of [500, 500, 429, 500, 500]) {
      statuses[one] = status
      await outcomes(1)
    }
    expect(world.asked).toHaveLength(10)
    expect(world.logged).toEqual([])
  })

  test('circuit-breaker: failing sign-ins do not open the circuit of session checks', async () => {
    const { outcome, statuses } = callerOf({ [one]: 503 }, 'circuit-breaker')
    for (let index = 0; index < 5; index += 1) await outcome({ purpose: 'sign-in' })
    expect(await outcome({ purpose: 'sign-in' })).toBe('circuit-open')
    statuses[one] = 200
    expect(await outcome({ purpose: 'session-check' })).toBe(200)
  })

  test('circuit-breaker: an endpoint that vanished and came back begins with a closed circuit', async () => {
    const { world, outcomes, statuses } = callerOf({ [one]: 500, [two]: 200 }, 'circuit-breaker')
    await outcomes(10)
    world.endpoints = [two]
    await outcomes(2)
    world.endpoints = [one, two]
    statuses[one] = 200
    world.asked.length = 0
    await outcomes(4)
    expect(world.asked.filter(url => url === one)).toHaveLength(2)
  })
})
