/** Who may sign in now, who waits, in which order, and how fast the line moves. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSignInQueue, type Entry, type SignInQueueWorld } from '../../../services/app/sign-in-queue.ts'
import { secret } from './world.ts'

const start = 1_790_000_000_000
const queueWith = (world: Partial<SignInQueueWorld> = {}) =>
  createSignInQueue({ secret, cell: 'auth@us', mitigations: new Set(['sign-in-queue']), ...world })
type Queue = ReturnType<typeof queueWith>

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)

function ticketOf(entry: Entry): string {
  if (entry.kind !== 'wait') throw new Error('was let through')
  return entry.ticket
}

function retryAfterOf(entry: Entry): number {
  if (entry.kind !== 'wait') throw new Error('was let through')
  return entry.retryAfterS
}

/** Lets everybody through who may go now, and returns how many that were. */
function drain(queue: Queue): number {
  for (let count = 0; ; count += 1) if (queue.enter(undefined).kind === 'wait') return count
}

/** A queue whose auth has given no answer for a while, and who already waits there. */
function queueWhileAuthIsAway(world: Partial<SignInQueueWorld> = {}) {
  const queue = queueWith(world)
  for (let i = 0; i < 5; i += 1) queue.done('unavailable')
  expect(queue.enter(undefined).kind).toBe('go')
  return queue
}

describe('without the mitigation', () => {
  test('everybody goes, whatever comes of it', () => {
    const queue = queueWith({ mitigations: new Set() })
    for (let i = 0; i < 1_000; i += 1) {
      queue.done('unavailable')
      expect(queue.enter('some ticket').kind).toBe('go')
    }
  })
})

describe('a line', () => {
  test('is not there while auth answers and no more come than it takes', () => {
    const queue = queueWith()
    for (let i = 0; i < 500; i += 1) {
      pass(25)
      expect(queue.enter(undefined).kind).toBe('go')
      queue.done('answered')
    }
  })

  test('forms when more come than the pace', () => {
    const queue = queueWith({ pace: { startPerS: 10 } })
    expect(drain(queue)).toBe(10)
    expect(queue.enter(undefined)).toMatchObject({ kind: 'wait', position: 2, retryAfterS: 1 })
  })

  test('tells the true place: one further for each who waits', () => {
    const queue = queueWhileAuthIsAway()
    const told = Array.from({ length: 20 }, () => queue.enter(undefined))
    expect(told.map(entry => entry.kind === 'wait' && entry.position)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })

  test('tells the time that it takes at the pace, never beyond three seconds', () => {
    const queue = queueWith({ pace: { startPerS: 10 } })
    drain(queue)
    const told = Array.from({ length: 60 }, () => retryAfterOf(queue.enter(undefined)))
    // One waits already, so the first here is the second in line.
    expect([told[0], told[8], told[9], told[18], told[19], told[59]]).toEqual([1, 1, 2, 2, 3, 3])
  })

  test('comes back every second or two while auth is away: who is at its head soon, the others spread', () => {
    const queue = queueWhileAuthIsAway({ pace: { startPerS: 20 } })
    const told = Array.from({ length: 210 }, () => retryAfterOf(queue.enter(undefined)))
    expect(new Set(told.slice(0, 10))).toEqual(new Set([1]))
    const behind = told.slice(10)
    expect(new Set(behind)).toEqual(new Set([1, 2]))
    expect(behind.filter(seconds => seconds === 1).length).toBe(100)
  })

  test('is served in the order of its tickets, ahead of whoever comes anew', () => {
    const queue = queueWhileAuthIsAway()
    let waiting = Array.from({ length: 6 }, () => ticketOf(queue.enter(undefined)))
    const all = [...waiting]
    const served: string[] = []
    for (let tick = 0; tick < 200 && waiting.length > 0; tick += 1) {
      pass(100)
      expect(queue.enter(undefined).kind).toBe('wait')
      // The last in line asks first.
      for (const ticket of waiting.toReversed()) {
        if (queue.enter(ticket).kind !== 'go') continue
        served.push(ticket)
        queue.done('unavailable')
      }
      waiting = waiting.filter(ticket => !served.includes(ticket))
    }
    expect(served).toEqual(all)
  })

  test.each<[string, { firstMs?: number; secondMs: number }, 'go' | 'wait']>([
    ['is let through if the one ahead is not due yet', { firstMs: 800, secondMs: 1_000 }, 'go'],
    ['waits while the one ahead should be here', { secondMs: 1_000 }, 'wait'],
    ['waits for that one a moment longer', { secondMs: 1_250 }, 'wait'],
    ['and then no more', { secondMs: 1_251 }, 'go'],
  ])('has one come back who %s', (_what, { firstMs, secondMs }, kind) => {
    const queue = queueWhileAuthIsAway({ pace: { leastPerS: 1 } })
    const [first, second] = [queue.enter(undefined), queue.enter(undefined)].map(ticketOf)
    if (firstMs !== undefined) {
      // Back in time, a little early, but too soon for the next probe: to be here again in a second.
      vi.setSystemTime(start + firstMs)
      expect(queue.enter(first)).toMatchObject({ kind: 'wait' })
    }
    vi.setSystemTime(start + secondMs)
    expect(queue.enter(second).kind).toBe(kind)
  })

  test('lets in at their old place who come back late', () => {
    const queue = queueWhileAuthIsAway()
    const gone = ticketOf(queue.enter(undefined))
    const second = ticketOf(queue.enter(undefined))
    pass(2_100)
    expect(queue.enter(second).kind).toBe('go')
    const third = ticketOf(queue.enter(undefined))
    expect(queue.enter(gone)).toMatchObject({ kind: 'wait', position: 1 })
    expect(queue.enter(third)).toMatchObject({ kind: 'wait', position: 2 })
  })

  test('does not let in who comes anew ahead of those that wait, though they are away', () => {
    const queue = queueWhileAuthIsAway()
    const waiting = ticketOf(queue.enter(undefined))
    pass(500)
    expect(queue.enter(undefined)).toMatchObject({ kind: 'wait', position: 2 })
    expect(queue.enter(waiting).kind).toBe('go')
  })

  test('gives who comes too soon the rest of the time told before, however often they ask', () => {
    const queue = queueWith({ pace: { startPerS: 10 } })
    drain(queue)
    const told = Array.from({ length: 30 }, () => queue.enter(undefined))
    const last = ticketOf(told[29] ?? { kind: 'go' })
    const left = [0, 900, 600].map(ms => {
      pass(ms)
      return retryAfterOf(queue.enter(last))
    })
    expect(left).toEqual([3, 3, 2])
  })

  test('holds a bounded number, and those who came first', () => {
    const queue = queueWhileAuthIsAway({ max: 3 })
    const tickets = Array.from({ length: 10 }, () => ticketOf(queue.enter(undefined)))
    expect(queue.enter(tickets[9])).toMatchObject({ position: 4 })
    expect(queue.enter(tickets[1])).toMatchObject({ position: 2 })
  })
})

describe('the pace', () => {
  test('is a probe or two a second while auth is away', () => {
    const queue = queueWhileAuthIsAway()
    let through = 0
    let ticket: string | undefined
    for (let ms = 0; ms < 10_000; ms += 50) {
      pass(50)
      const entry = queue.enter(ticket)
      if (entry.kind === 'go') {
        through += 1
        queue.done('unavailable')
      }
      ticket = entry.kind === 'wait' ? entry.ticket : undefined
    }
    expect(through).toBeGreaterThanOrEqual(10)
    expect(through).toBeLessThanOrEqual(21)
  })

  test('halves once when several fail together', () => {
    const queue = queueWith({ pace: { startPerS: 40 } })
    queue.done('unavailable')
    queue.done('unavailable')
    expect(drain(queue)).toBe(20)
  })

  test('grows while sign-ins are answered, so that a crowd that waits is let in soon, first come first served', () => {
    const queue = queueWhileAuthIsAway({ pace: { mostPerS: 40 } })
    let waiting = Array.from({ length: 300 }, (_, number) => ({ number, ticket: '', dueAt: start }))
    const served: number[] = []
    const perSecond: number[] = []
    for (let ms = 0; waiting.length > 0 && ms < 60_000; ms += 20) {
      pass(20)
      for (const user of waiting.filter(({ dueAt }) => dueAt <= Date.now())) {
        const entry = queue.enter(user.ticket)
        if (entry.kind === 'wait') {
          Object.assign(user, { ticket: entry.ticket, dueAt: Date.now() + entry.retryAfterS * 1_000 })
          continue
        }
        queue.done('answered')
        served.push(user.number)
        const second = Math.floor(ms / 1_000)
        perSecond[second] = (perSecond[second] ?? 0) + 1
      }
      waiting = waiting.filter(({ number }) => !served.includes(number))
    }
    expect(served.length).toBe(300)
    // At the bound it would take 8 s: most of the time is the way up.
    expect(perSecond.length).toBeLessThanOrEqual(25)
    // A second's worth may have been saved up, and no more.
    for (const count of perSecond) expect(count ?? 0).toBeLessThanOrEqual(80)
    // Who is in the first half of the line is served before who is in the last quarter.
    expect(Math.max(...[...Array(150).keys()].map(number => served.indexOf(number)))).toBeLessThan(
      Math.min(...[...Array(75).keys()].map(number => served.indexOf(299 - number))),
    )
  })
})

describe('a ticket', () => {
  test('keeps its place across a restart of the app', () => {
    const early = ticketOf(queueWhileAuthIsAway().enter(undefined))
    pass(1_000)
    const restarted = queueWhileAuthIsAway()
    const late = ticketOf(restarted.enter(undefined))
    expect(restarted.enter(late)).toMatchObject({ position: 1 })
    expect(restarted.enter(early)).toMatchObject({ position: 1 })
    expect(restarted.enter(late)).toMatchObject({ position: 2 })
  })

  test('is good for one sign-in', () => {
    const queue = queueWhileAuthIsAway()
    const ticket = ticketOf(queue.enter(undefined))
    const other = ticketOf(queue.enter(undefined))
    pass(500)
    expect(queue.enter(ticket).kind).toBe('go')
    queue.done('answered', ticket)
    expect(queue.enter(ticket)).toMatchObject({ kind: 'wait', position: 2 })
    expect(queue.enter(other)).toMatchObject({ position: 1 })
  })

  test('has its place back when auth gave no answer', () => {
    const queue = queueWhileAuthIsAway()
    const ticket = ticketOf(queue.enter(undefined))
    queue.enter(undefined)
    pass(500)
    expect(queue.enter(ticket).kind).toBe('go')
    queue.done('unavailable', ticket)
    expect(queue.enter(ticket)).toMatchObject({ kind: 'wait', position: 1 })
  })

  test.each([
    ['made up', () => 'abc.0123456789abcdefghijkl'],
    ['of another cell', () => ticketOf(queueWhileAuthIsAway({ cell: 'auth@eu' }).enter(undefined))],
    ['of another app', () => ticketOf(queueWhileAuthIsAway({ secret: new Uint8Array(32) }).enter(undefined))],
    [
      'too old',
      () => {
        const ticket = ticketOf(queueWhileAuthIsAway().enter(undefined))
        pass(600_001)
        return ticket
      },
    ],
  ])('that is %s counts as none', (_what, make) => {
    const ticket = make()
    const queue = queueWhileAuthIsAway()
    queue.enter(undefined)
    expect(queue.enter(ticket)).toMatchObject({ kind: 'wait', position: 2 })
  })
})
