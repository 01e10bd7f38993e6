/**
 * `sign-in-queue`: people who sign in wait in line when there are more of them than auth answers. A place in the line
 * is a ticket that its holder keeps and shows again. With cells there is one line before each: what befalls one cell
 * makes nobody wait who signs in at another.
 *
 * It starts open, and then costs nothing. It lets through at the pace at which auth answers (pace.ts); who comes while
 * others wait, or faster than that pace, draws a ticket. First come, first served, by ticket number, among those that
 * are here, whether or not the app or auth was away in between: who comes back in time is let through ahead of those
 * whose time has not come or who did not come back. Who comes anew or too soon has all that wait ahead.
 */
import type { Mitigations } from '../common/mitigations.ts'
import type { Origin } from './auth-client.ts'
import { Pace, type PaceOptions } from './pace.ts'
import { createTicketOffice, drawnAt, ticketTtlMs } from './queue-ticket.ts'
import { WaitingLine } from './waiting-line.ts'

export type Entry =
  /** Ask auth now, then say with `done` what came of it. */
  | { kind: 'go' }
  /** Come back with the ticket in `retryAfterS` seconds. `position`: 1 is next. */
  | { kind: 'wait'; ticket: string; position: number; retryAfterS: number }

/** Without the mitigation `enter` always says go. */
export interface SignInQueue {
  /** `ticket`: what an earlier `wait` gave, if anything; one that is not ours, or is used up, counts as none. */
  enter(ticket: string | undefined): Entry
  /**
   * What came of a sign-in that was let through: auth answered (yes or no), or gave no answer. With the ticket that
   * it came with, one that got no answer has its place in the line back.
   */
  done(result: 'answered' | 'unavailable', ticket?: string): void
}

/** The line that a user stands in: that of the cell that their sign-in is sent to. */
export type QueueFor = (origin: Origin) => SignInQueue

export interface SignInQueueWorld {
  /** The app's own secret, for its tickets. */
  secret: Uint8Array
  /** The cell whose line it is. */
  cell: string
  mitigations: Mitigations
  pace?: PaceOptions
  /** How many it can hold in line; who comes after that is told to come back, and placed by number then. */
  max?: number
}

/** `homeOf`: the cell that sign-ins from a region are sent to; it names a bounded number of them. */
export function createSignInQueues(
  world: Omit<SignInQueueWorld, 'cell'>,
  homeOf: (region: string | undefined) => string,
): QueueFor {
  const queues = new Map<string, SignInQueue>()
  return ({ region }) => {
    const cell = homeOf(region)
    const known = queues.get(cell)
    if (known) return known
    const made = createSignInQueue({ ...world, cell })
    queues.set(cell, made)
    return made
  }
}

/** The longest that anybody is told to stay away, s: the line moves faster as auth answers. */
const retryAfterMaxS = 3

export function createSignInQueue(world: SignInQueueWorld): SignInQueue {
  if (!world.mitigations.has('sign-in-queue')) return { enter: () => ({ kind: 'go' }), done: () => {} }
  const office = createTicketOffice(world.secret, world.cell)
  const line = new WaitingLine(world.max === undefined ? {} : { max: world.max })
  const pace = new Pace(world.pace)
  const used = new UsedTickets()

  function wait(number: number, position: number): Entry {
    const untilMs = line.hold(number, retryAfterS(number, position, pace) * 1000)
    const leftS = Math.max(1, Math.ceil(untilMs / 1000))
    return { kind: 'wait', ticket: office.write(number), position, retryAfterS: leftS }
  }

  return {
    enter(ticket) {
      const shown = ticket === undefined ? undefined : office.read(ticket)
      const held = shown !== undefined && !used.has(shown) ? shown : undefined
      const number = held ?? office.draw()
      const ahead = line.ahead(number)
      const inTime = held !== undefined && !line.isTooSoon(held)
      // The first so many may go, in whatever order they come back.
      if ((inTime ? ahead.due : ahead.waiting) >= pace.available()) return wait(number, ahead.waiting + 1)
      pace.take()
      line.remove(number)
      if (held !== undefined) used.add(held)
      return { kind: 'go' }
    },
    done(result, ticket) {
      if (result === 'answered') return pace.answered()
      pace.unavailable()
      const number = ticket === undefined ? undefined : office.read(ticket)
      if (number !== undefined) used.giveBack(number)
    },
  }
}

/**
 * How long to stay away, s. While auth is away nobody knows for how long: people come back soon enough to be there
 * when it is back, those who could go in the first second then every second, those behind them spread by ticket.
 */
function retryAfterS(number: number, position: number, pace: Pace): number {
  if (!pace.isAway) return Math.min(retryAfterMaxS, Math.max(1, Math.ceil(position / pace.perS)))
  if (position <= pace.resumePerS) return 1
  return 1 + ((Math.floor(drawnAt(number)) + number) % 2)
}

/**
 * A ticket is good for one sign-in: it must not let its holder try passwords ahead of everybody else. Bounded by the
 * greatest pace times the life of a ticket.
 */
class UsedTickets {
  readonly #usedAt = new Map<number, number>()

  has(number: number): boolean {
    return this.#usedAt.has(number)
  }

  add(number: number): void {
    const now = Date.now()
    this.#usedAt.set(number, now)
    // Oldest first. What is older than any good ticket needs no remembering.
    for (const [oldest, usedAt] of this.#usedAt) {
      if (now - usedAt <= ticketTtlMs) break
      this.#usedAt.delete(oldest)
    }
  }

  giveBack(number: number): void {
    this.#usedAt.delete(number)
  }
}
