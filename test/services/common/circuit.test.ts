import { isBrokenCircuitError } from 'cockatiel'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Circuit, openingRun } from '../../../services/common/circuit.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A circuit that counts how often it opened and closed. Calls say `good`, `failed` or `refused`. */
function watched() {
  const seen = { opened: 0, closed: 0 }
  const circuit = new Circuit({
    openMs: 500,
    onOpen: () => {
      seen.opened += 1
    },
    onClose: () => {
      seen.closed += 1
    },
  })
  const outcome = (promise: Promise<unknown>) =>
    promise.then(
      () => 'good',
      error => (isBrokenCircuitError(error) ? 'refused' : 'failed'),
    )
  const call = (good: boolean) =>
    outcome(circuit.execute(() => (good ? Promise.resolve() : Promise.reject(new Error('broken')))))
  const failAll = async (calls: number) => {
    for (let index = 0; index < calls; index += 1) await call(false)
  }
  /** A call that is under way until told what came of it. */
  const begin = () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const settled = outcome(circuit.execute(() => promise))
    return (good: boolean) => {
      if (good) resolve()
      else reject(new Error('broken'))
      return settled
    }
  }
  return { circuit, seen, call, failAll, begin }
}

/** The same numbers from 0 to 1 in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

describe('openingRun', () => {
  test.each([
    [0, 5],
    [0.05, 5],
    [0.3, 10],
    [0.5, 17],
    [0.9, 20],
    [1, 20],
  ])('with a share of %d failing before: %d in a row', (share, run) => {
    expect(openingRun(share)).toBe(run)
  })
})

describe('Circuit', () => {
  test('opens after five failures in a row, however many calls went well before', async () => {
    const { seen, call, failAll } = watched()
    for (let index = 0; index < 1_000; index += 1) await call(true)
    await failAll(4)
    expect(seen.opened).toBe(0)
    expect(await call(false)).toBe('failed')
    expect(seen.opened).toBe(1)
    expect(await call(true)).toBe('refused')
  })

  test('a success between failures begins the count anew', async () => {
    const { seen, call, failAll } = watched()
    await failAll(4)
    await call(true)
    await failAll(4)
    expect(seen.opened).toBe(0)
  })

  test.each([1, 2, 3, 4, 5])('does not flap where 30 %% of calls fail at random (seed %d)', async seed => {
    const { seen, call } = watched()
    const random = numbers(seed)
    let refused = 0
    for (let index = 0; index < 10_000; index += 1) {
      vi.advanceTimersByTime(10)
      if ((await call(random() >= 0.3)) === 'refused') refused += 1
    }
    // Five in a row would have come up more than ten times.
    expect(seen.opened).toBeLessThanOrEqual(2)
    expect(refused).toBeLessThan(200)
  })

  test('still opens when a dependency that failed in part breaks down altogether', async () => {
    const { seen, call, failAll } = watched()
    const random = numbers(1)
    for (let index = 0; index < 200; index += 1) await call(random() >= 0.3)
    await failAll(20)
    expect(seen.opened).toBe(1)
  })

  test('half open: one probe at a time, for which nobody waits, and its success closes', async () => {
    const { circuit, seen, call, failAll, begin } = watched()
    await failAll(5)
    expect(circuit.passable).toBe(false)
    vi.advanceTimersByTime(500)
    expect(circuit.passable).toBe(true)
    const endProbe = begin()
    expect(circuit.passable).toBe(false)
    // These would never settle if they waited: the probe ends after them.
    expect(await Promise.all([call(true), call(true), call(false)])).toEqual([
      'refused',
      'refused',
      'refused',
    ])
    expect(await endProbe(true)).toBe('good')
    expect(await call(true)).toBe('good')
    expect(seen).toMatchObject({ opened: 1, closed: 1 })
  })

  test('a failed probe keeps it open, for longer, and is not told as a new opening', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { circuit, seen, failAll } = watched()
    await failAll(5)
    vi.advanceTimersByTime(374)
    expect(circuit.passable).toBe(false)
    vi.advanceTimersByTime(1)
    expect(circuit.passable).toBe(true)
    await failAll(1)
    vi.advanceTimersByTime(749)
    expect(circuit.passable).toBe(false)
    vi.advanceTimersByTime(1)
    expect(circuit.passable).toBe(true)
    await failAll(1)
    vi.advanceTimersByTime(750)
    expect(circuit.passable).toBe(true)
    expect(seen).toMatchObject({ opened: 1, closed: 0 })
  })

  test('once closed it opens anew for the first wait', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const { circuit, seen, call, failAll } = watched()
    await failAll(5)
    vi.advanceTimersByTime(375)
    await failAll(1)
    vi.advanceTimersByTime(750)
    expect(await call(true)).toBe('good')
    await failAll(20)
    vi.advanceTimersByTime(375)
    expect(circuit.passable).toBe(true)
    expect(seen).toMatchObject({ opened: 2, closed: 1 })
  })

  test('calls that set out before it opened neither close it nor cut the probe short', async () => {
    const { circuit, seen, failAll, begin } = watched()
    const early = Array.from({ length: 7 }, begin)
    await failAll(5)
    await early.pop()?.(true)
    expect(circuit.passable).toBe(false)
    vi.advanceTimersByTime(500)
    const endProbe = begin()
    for (const end of early) expect(await end(false)).toBe('failed')
    expect(await endProbe(true)).toBe('good')
    expect(circuit.passable).toBe(true)
    expect(seen).toMatchObject({ opened: 1, closed: 1 })
  })
})
