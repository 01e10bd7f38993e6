/**
 * Auth's pool of connections to its database (pg's own elsewhere), with the same limits and the same words for what goes
 * wrong: the store reads these.
 */
import type { Pool } from 'pg'
import type { VirtualConnection } from './connection.ts'
import { greeting } from './database.ts'
import { type DatabaseAnswer, type DatabaseRequest, refused, WireError } from './messages.ts'
import type { VirtualNetwork } from './network.ts'
import { runningProcess } from './process.ts'

export interface PoolLimits {
  max: number
  connectionTimeoutMillis: number
  query_timeout: number
}

const requestBytes = 150
/** A new connection asks for a session, proves that it knows the password, and is let in: so many times to and fro. */
const greetings = 3

type Given = { name?: string; text: string; values?: readonly unknown[] }

/** A connection that is lent out, as much of it as the store knows. */
interface VirtualClient {
  on(): void
  off(): void
  query(given: Given): Promise<DatabaseAnswer>
  release(isBroken?: boolean): void
}

export class VirtualPool {
  readonly #network: VirtualNetwork
  readonly #address: string
  readonly #limits: PoolLimits
  readonly #idle: VirtualConnection[] = []
  readonly #line = new Set<(connection: VirtualConnection | undefined) => void>()
  #open = 0

  constructor(network: VirtualNetwork, address: string, limits: PoolLimits) {
    this.#network = network
    this.#address = address
    this.#limits = limits
  }

  /** As much of pg's pool as the store knows. */
  static for(network: VirtualNetwork, address: string, limits: PoolLimits): Pool {
    return new VirtualPool(network, address, limits) as unknown as Pool
  }

  on(): this {
    return this
  }

  async connect(): Promise<VirtualClient> {
    const connection = await this.#connect()
    return {
      on() {},
      off() {},
      release: (isBroken = false) => (isBroken ? this.#drop(connection) : this.#release(connection)),
      query: async ({ name, text, values = [] }) => {
        const request = { statement: name ?? text, values }
        const answer = await this.#ask(connection, request, this.#limits.query_timeout)
        if (!answer.error) return answer
        const { message, code } = answer.error
        throw Object.assign(new Error(message), { code, severity: 'ERROR' })
      },
    }
  }

  async end(): Promise<void> {
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  async #connect(): Promise<VirtualConnection> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.isOver) return idle
      this.#open -= 1
    }
    if (this.#open < this.#limits.max) return this.#dial()
    return new Promise((resolve, reject) => {
      const called = (connection: VirtualConnection | undefined) => {
        clearTimeout(timer)
        this.#line.delete(called)
        // A place came free, but not its connection.
        if (connection) resolve(connection)
        else this.#dial().then(resolve, reject)
      }
      const timer = setTimeout(() => {
        this.#line.delete(called)
        reject(new Error('timeout exceeded when trying to connect'))
      }, this.#limits.connectionTimeoutMillis)
      this.#line.add(called)
    })
  }

  async #dial(): Promise<VirtualConnection> {
    this.#open += 1
    const dialled = this.#network.linkAt(this.#address)?.dial() ?? refused(this.#address)
    if (dialled instanceof WireError) {
      this.#leave()
      throw dialled
    }
    const until = performance.now() + this.#limits.connectionTimeoutMillis
    try {
      for (let step = 0; step < greetings; step += 1) {
        const request = { statement: greeting, values: [] }
        await this.#ask(dialled, request, until - performance.now(), 'timeout expired')
      }
      return dialled
    } catch (error) {
      this.#drop(dialled)
      throw error
    }
  }

  #ask(
    connection: VirtualConnection,
    request: DatabaseRequest,
    limitMs: number,
    late = 'Query read timeout',
  ): Promise<DatabaseAnswer> {
    const process = runningProcess()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(late)), limitMs)
      const settle = (then: () => void) => {
        const run = () => {
          clearTimeout(timer)
          then()
        }
        if (process) process.run(run)
        else run()
      }
      connection.ask<DatabaseAnswer>(request, requestBytes, {
        answered: answer => settle(() => resolve(answer)),
        failed: error => settle(() => reject(error)),
      })
    })
  }

  #release(connection: VirtualConnection): void {
    const [next] = this.#line
    if (connection.isOver) this.#leave()
    else if (next) next(connection)
    else this.#idle.push(connection)
  }

  #drop(connection: VirtualConnection): void {
    connection.destroy()
    this.#leave()
  }

  /** One place is free. */
  #leave(): void {
    this.#open -= 1
    const [next] = this.#line
    next?.(undefined)
  }
}
