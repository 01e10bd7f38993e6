/** What the faults of signing keys have in common: whose keys, and what an operator of auth asks and does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import { controlFetch } from '../../stack/control-fetch.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'

/** An auth; all that share a database share their keys. */
export const authPattern = servicePattern.default('auth')

export function keyProblems(service: string, topology: Topology): string[] {
  const problems = serviceProblems(service, topology)
  if (problems.length > 0) return problems
  const others = servicesNamed(service, topology).filter(name => databaseOf(name, topology) === undefined)
  return others.map(name => `${name} has no signing keys; an auth has`)
}

export function keyHolds(service: string, topology: Topology): string[] {
  const databases = servicesNamed(service, topology).map(name => databaseOf(name, topology))
  return [...new Set(databases)].map(name => `signing-keys:${name}`)
}

/** The database in which an auth has its keys. */
function databaseOf(name: string, { services }: Pick<Topology, 'services'>): string | undefined {
  const spec = services.find(service => service.name === name)
  if (spec?.program !== 'auth') return undefined
  return spec.calls.find(to => services.some(each => each.name === to && each.program === 'postgres'))
}

export type KeyStack = Pick<Stack, 'topology' | 'control' | 'adminToken' | 'databases'>

const listedKeys = z.object({ keys: z.array(z.looseObject({ kid: z.string(), state: z.string() })) })
const jwks = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) })
export type Jwks = z.output<typeof jwks>

/** How often something is asked of an auth that has no time, and how long after, ms. */
const triesMax = 5
const retryMs = 1_000

/** The keys of auths that share a database. */
export class KeyOwner {
  readonly database: string
  /** The auth that an operator can ask. */
  readonly auth: string
  readonly #stack: KeyStack

  private constructor(database: string, auth: string, stack: KeyStack) {
    this.database = database
    this.auth = auth
    this.#stack = stack
  }

  /** All that are concerned, each once. Throws HarnessError where the stack lets no operator in. */
  static named(service: string, stack: KeyStack): KeyOwner[] {
    const { topology, control } = stack
    const databases = servicesNamed(service, topology).flatMap(name => databaseOf(name, topology) ?? [])
    return [...new Set(databases)].map(database => {
      const auth = topology.services.find(
        ({ name }) => control[name] !== undefined && databaseOf(name, topology) === database,
      )
      if (!auth) throw new HarnessError(`the stack gives its operator no way to an auth of ${database}`)
      return new KeyOwner(database, auth.name, stack)
    })
  }

  /** All keys ever, with what they are for now. */
  async list(): Promise<z.output<typeof listedKeys>['keys']> {
    return listedKeys.parse(await this.#ask('/admin/keys')).keys
  }

  /** The key that signs. */
  async signing(): Promise<string> {
    const signing = (await this.list()).find(({ state }) => state === 'signing')
    if (!signing) throw new HarnessError(`${this.auth} signs with no key`)
    return signing.kid
  }

  /** What it publishes for those who check tokens. */
  async published(): Promise<Jwks> {
    return jwks.parse(await this.#ask('/jwks'))
  }

  async isPublished(kid: string): Promise<boolean> {
    return (await this.published()).keys.some(key => key.kid === kid)
  }

  /** Adds a key; resolves to its name. */
  async rotate(): Promise<string> {
    return z.object({ kid: z.string() }).parse(await this.#ask('/admin/keys/rotate', 'POST')).kid
  }

  /** Takes a key away; resolves to why not, if auth refuses. */
  async remove(kid: string, emergency: boolean): Promise<string | undefined> {
    const path = `/admin/keys/${encodeURIComponent(kid)}?emergency=${emergency}`
    const response = await this.#fetch(path, 'DELETE')
    const text = await response.text()
    if (response.ok) return undefined
    if (response.status === 409) return `409: ${text}`
    throw this.#failed(path, response.status, text)
  }

  /** Puts a removed key back, so that tokens signed with it are good again. What was added since stays. */
  async putBack(kid: string, before: readonly string[]): Promise<void> {
    const database = this.#stack.databases[this.database]
    if (!database) throw new HarnessError(`the stack gives its operator no way to ${this.database}`)
    await database.query('UPDATE signing_keys SET removed_at_ms = NULL WHERE kid = $1', [kid])
    // A successor may have been told to end it.
    await database.query('UPDATE signing_keys SET drops_older_from_ms = NULL WHERE NOT kid = ANY($1)', [
      before,
    ])
  }

  async #ask(path: string, method: 'GET' | 'POST' = 'GET'): Promise<unknown> {
    const response = await this.#fetch(path, method)
    const text = await response.text()
    if (!response.ok) throw this.#failed(path, response.status, text)
    return JSON.parse(text)
  }

  /** Who is asked to come back does so, except where it might then be done twice. */
  async #fetch(path: string, method: string): Promise<Response> {
    for (let tried = 1; ; tried += 1) {
      const response = await this.#fetchOnce(path, method)
      if (response.status !== 503 || method === 'POST' || tried === triesMax) return response
      await response.body?.cancel()
      await sleep(retryMs)
    }
  }

  async #fetchOnce(path: string, method: string): Promise<Response> {
    const { control, adminToken } = this.#stack
    try {
      return await controlFetch(`${control[this.auth]}${path}`, {
        method,
        headers: { authorization: `Bearer ${adminToken}` },
      })
    } catch (error) {
      throw new HarnessError(`${this.auth} cannot be reached by its operator: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  #failed(path: string, status: number, text: string): HarnessError {
    return new HarnessError(`${this.auth} answered ${status} to ${path}: ${text.slice(0, 200)}`)
  }
}
