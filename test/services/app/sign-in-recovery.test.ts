/**
 * How soon all are in who waited while auth was away. Time is virtual: people come back when they are told to, up to
 * a fifth sooner or later, and auth answers in 20 ms once it is back.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Pace } from '../../../services/app/pace.ts'
import { createSignInQueue } from '../../../services/app/sign-in-queue.ts'
import { secret } from './world.ts'

const answerMs = 20
const tickMs = 5

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Person {
  ticket: string | undefined
  comesAt: number
  leavesAt: number
  inAt?: number
}

/** `leaving`: how many of the people, those who came first, give up before auth is back. */
function recovery({ people = 25, leaving = 0, seed = 1, downMs = 6_000 }) {
  const random = randomOf(seed)
  const queue = createSignInQueue({ secret, cell: 'auth', mitigations: new Set(['sign-in-queue']) })
  const startedAt = Date.now()
  const backAt = startedAt + downMs + seed * 13
  const crowd: Person[] = Array.from({ length: people }, (_, i) => ({
    ticket: undefined,
    comesAt: startedAt + (2_000 * i) / people,
    leavesAt: i < leaving ? startedAt + 4_000 : Number.POSITIVE_INFINITY,
  }))
  const asked: { at: number; person: Person; ticket: string | undefined; answered: boolean }[] = []
  const awayFor = (seconds: number) => Date.now() + seconds * 1_000 * (0.8 + 0.4 * random())

  function come(person: Person): void {
    const { ticket } = person
    const entry = queue.enter(ticket)
    if (entry.kind === 'wait') {
      Object.assign(person, { ticket: entry.ticket, comesAt: awayFor(entry.retryAfterS) })
      return
    }
    person.comesAt = Number.POSITIVE_INFINITY
    asked.push({ at: Date.now(), person, ticket, answered: Date.now() >= backAt })
  }

  const staying = crowd.filter(({ leavesAt }) => leavesAt > backAt)
  let told = 0
  while (staying.some(({ inAt }) => inAt === undefined) && Date.now() < backAt + 60_000) {
    vi.setSystemTime(Date.now() + tickMs)
    for (let next = asked[told]; next && next.at + answerMs <= Date.now(); next = asked[told]) {
      told += 1
      queue.done(next.answered ? 'answered' : 'unavailable', next.ticket)
      if (next.answered) next.person.inAt = Date.now()
      else next.person.comesAt = awayFor(1)
    }
    for (const person of crowd) if (person.comesAt <= Date.now() && Date.now() < person.leavesAt) come(person)
  }
  const after = staying.map(({ inAt = Number.POSITIVE_INFINITY }) => inAt - backAt)
  return {
    lastMs: Math.max(...after),
    afterMs: after,
    /** When auth was asked, ms from its being back. */
    askedMs: asked.map(({ at }) => at - backAt),
  }
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1)

describe('when auth is back', () => {
  test.each([
    ['all of 25 who waited', {}],
    ['those who stayed, of 25 of whom the first eight left,', { leaving: 8 }],
    ['all of five who waited', { people: 5 }],
  ])('%s are in within 2.5 s', (_what, options) => {
    for (const seed of seeds) expect(recovery({ ...options, seed }).lastMs).toBeLessThanOrEqual(2_500)
  })

  test('300 are in within 6 s, and who came first is in sooner', () => {
    const { lastMs, afterMs } = recovery({ people: 300 })
    expect(lastMs).toBeLessThanOrEqual(6_000)
    const meanMs = (part: number[]) => part.reduce((sum, ms) => sum + ms, 0) / part.length
    expect(meanMs(afterMs.slice(0, 100))).toBeLessThan(meanMs(afterMs.slice(200)))
  })

  test('they are no stampede: in no half second are there more than the pace brings', () => {
    for (const seed of seeds.slice(0, 5)) {
      const { askedMs } = recovery({ people: 300, seed })
      const first = askedMs.filter(ms => ms >= 0)
      const from = first[0] ?? 0
      const inFirst = (ms: number) => first.filter(at => at < from + answerMs + ms).length
      // 25/s to begin with, and one more for each that is answered: 25 (e^t - 1), and the probe.
      for (const ms of [100, 250, 500, 1_000])
        expect(inFirst(ms)).toBeLessThanOrEqual(2 + 25 * (Math.exp(ms / 1_000) - 1))
    }
  })

  test('until then it is asked twice a second', () => {
    for (const seed of seeds.slice(0, 5)) {
      const probes = recovery({ seed, downMs: 12_000 }).askedMs.filter(ms => ms >= -10_000 && ms < 0).length
      expect(probes).toBeGreaterThanOrEqual(10)
      expect(probes).toBeLessThanOrEqual(21)
    }
  })
})

describe('the pace after auth was away', () => {
  const fail = (pace: Pace) => {
    for (let i = 0; i < 3; i += 1) pace.unavailable()
  }

  test.each<[string, number, number]>([
    ['half of what it was, if it was slow', 12, 6],
    ['never below what is sent to an auth that is away', 3, 3],
    ['half of what it begins with, at most', 50, 25],
  ])('is %s', (_what, startPerS, resumePerS) => {
    const pace = new Pace({ startPerS })
    fail(pace)
    expect([pace.isAway, pace.perS]).toEqual([true, 2])
    pace.answered()
    expect([pace.isAway, pace.perS]).toEqual([false, resumePerS])
  })

  test('does not forget the start for having grown beyond it', () => {
    const pace = new Pace({ startPerS: 50, mostPerS: 200 })
    for (let i = 0; i < 500; i += 1) pace.answered()
    fail(pace)
    pace.answered()
    expect(pace.perS).toBe(25)
  })

  test('halves each time auth goes away again, and brings nothing saved up', () => {
    const pace = new Pace({ startPerS: 80 })
    for (const expected of [40, 20, 10, 5, 3]) {
      fail(pace)
      vi.setSystemTime(Date.now() + 60_000)
      expect(pace.available()).toBe(1)
      pace.take()
      pace.answered()
      expect(pace.perS).toBe(expected)
      expect(pace.available()).toBe(0)
    }
  })
})
