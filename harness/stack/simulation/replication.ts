/** How what is written to a database reaches its replica: in order, over a link like any other, so that it can be late. */
import type { VirtualConnection } from './connection.ts'
import type { VirtualLink } from './link.ts'
import type { SessionRow, Tables } from './tables.ts'

const changeBytes = 300

/** One side of it: a database that is followed, or a replica that follows. */
export class Replication {
  readonly #tables: Tables
  /** Of the followed: who follows. */
  readonly #followers: Follower[] = []
  /** Of the followed: how much was written. Of a replica: how much of that has come. */
  #position = 0
  /** Of a replica: how long the last message was under way, ms. */
  #underWayMs: number | undefined

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Lets a replica follow over its link to this one, beginning with all that is there. */
  addFollower(replica: { tables: Tables; replication: Replication }, link: VirtualLink): void {
    for (const [sid, row] of this.#tables.sessions) replica.tables.sessions.set(sid, { ...row })
    const follower = new Follower(link)
    this.#followers.push(follower)
    const send = (change: () => void) => {
      const position = ++this.#position
      const sentAt = link.network.clock.now
      follower.send(() => {
        change()
        replica.replication.#position = position
        replica.replication.#underWayMs = link.network.clock.now - sentAt
      })
    }
    const before = this.#tables.changed
    this.#tables.changed = (sid, row) => {
      before(sid, row)
      const copy: SessionRow | undefined = row && { ...row }
      send(() => {
        if (copy) replica.tables.sessions.set(sid, copy)
        else replica.tables.sessions.delete(sid)
      })
    }
    this.#send = send
  }

  #send: (change: () => void) => void = () => {}

  /** Writes something that is in no table; where that is in the order of all that is written. */
  mark(): number {
    this.#send(() => {})
    return this.#position
  }

  /** Of a replica: whether all up to a mark has come. */
  received(position: number): { reached: boolean; ms: number | null } {
    return { reached: this.#position >= position, ms: this.#underWayMs ?? null }
  }
}

/** The connection by which a replica follows; another one where it has ended. */
class Follower {
  readonly #link: VirtualLink
  #connection: VirtualConnection | undefined
  #unsent: (() => void)[] = []

  constructor(link: VirtualLink) {
    this.#link = link
  }

  send(arrived: () => void): void {
    this.#unsent.push(arrived)
    if (!this.#connection || this.#connection.isOver) {
      const dialled = this.#link.dial()
      if (dialled instanceof Error) return
      this.#connection = dialled
    }
    const { network } = this.#link
    const connection = this.#connection
    for (const each of this.#unsent.splice(0))
      connection.downstream.send(changeBytes, () => network.hop(1, each))
  }
}
