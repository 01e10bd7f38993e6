/**
 * The auths that an app asks: one, or with `cells` one for each cell. Each has its own way there (endpoints, circuits,
 * retry budget, places), its own keys and its own revocation list, so that what befalls one is not felt by the others.
 */
import type { Places } from '../common/bulkhead.ts'
import { type Caller, createCaller } from '../common/caller.ts'
import { cellOf } from '../common/cell.ts'
import type { Directory } from '../common/discovery.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { AppConfig } from './app-config.ts'
import { type AuthClient, createAuthClient } from './auth-client.ts'
import { AuthKeys } from './auth-keys.ts'
import { RevocationList } from './revocations.ts'
import { TokenVerifier } from './token-verifier.ts'

export interface AuthCell {
  /** What it is called in the directory: `auth`, `auth@us`. */
  name: string
  client: AuthClient
  revocations: RevocationList
  verifier: TokenVerifier
}

export interface AuthCells {
  /** The auth that answers for a credential; undefined if it names a cell that was never heard of. */
  of(credential: string): AuthCell | undefined
  /** The auth of a region, and then the others; without cells the one there is. */
  from(region: string | undefined): [AuthCell, ...AuthCell[]]
  /** Whether any of them has revoked a session. */
  isRevoked(session: string): boolean
  /** Begins to follow the revocation lists. */
  start(): void
  stop(): void
}

export interface AuthCellsWorld {
  fetch: typeof fetch
  directory: Directory
  /** Shared by all callers of the process. */
  places: Places
  client: { id: string; secret: string }
  config: () => AppConfig
  mitigations: Mitigations
  log: Log
}

export function createAuthCells(world: AuthCellsWorld): AuthCells {
  const { directory } = world
  // A cell that discovery does not name any more is kept: its credentials are still about.
  const auths = new Map<string, AuthCell>()
  let started = false

  function auth(name: string): AuthCell {
    const known = auths.get(name)
    if (known) return known
    const made = createAuthCell(name, world)
    auths.set(name, made)
    if (started) made.revocations.start()
    return made
  }
  const nameOf = (cell: string | undefined) => (cell === undefined ? 'auth' : `auth@${cell}`)
  const others = (home: AuthCell) =>
    directory
      .cells()
      .map(cell => auth(nameOf(cell)))
      .filter(it => it !== home)

  return {
    of(credential) {
      const cells = directory.cells()
      if (cells.length === 0) return auth(nameOf(undefined))
      // A credential that names no cell was not made by any: each of them can say so.
      const cell = cellOf(credential) ?? cells[0]
      return cell !== undefined && cells.includes(cell) ? auth(nameOf(cell)) : auths.get(nameOf(cell))
    },
    from(region) {
      const cells = directory.cells()
      const home = auth(nameOf(cells.find(cell => cell === region) ?? cells[0]))
      return [home, ...others(home)]
    },
    isRevoked(session) {
      for (const { revocations } of auths.values()) if (revocations.has(session)) return true
      return false
    },
    start() {
      started = true
      const cells = directory.cells()
      if (cells.length === 0) auth(nameOf(undefined))
      for (const cell of cells) auth(nameOf(cell))
      for (const { revocations } of auths.values()) revocations.start()
    },
    stop() {
      started = false
      for (const { revocations } of auths.values()) revocations.stop()
    },
  }
}

function createAuthCell(name: string, world: AuthCellsWorld): AuthCell {
  const { config, log, mitigations, client } = world
  const callerHere = (): Caller =>
    createCaller({ ...world, name, endpoints: () => world.directory.endpointsOf(name) })
  const revocations = new RevocationList(callerHere(), log)
  // A caller of its own: what goes on in the background must not open the circuits of what users wait for.
  const keys = new AuthKeys({ caller: callerHere(), config, mitigations, log })
  return {
    name,
    client: createAuthClient({ caller: callerHere(), client, config }),
    revocations,
    verifier: new TokenVerifier({ keys, config, revocations }),
  }
}
