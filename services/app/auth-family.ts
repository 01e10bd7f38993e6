/**
 * All the auths of an app behind one client: a credential goes to the cell that it names, a sign-in to the cell of the
 * user's region, and then, if that says no, to the others (the user may be travelling).
 *
 * `tri-state-auth-result`: an answer that is neither yes nor no stays `unknown`. Without it there are two states, as
 * in most code ever written: what is not a yes is a no.
 */
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { AuthCell, AuthCells } from './auth-cells.ts'
import type { AuthClient, AuthResult } from './auth-client.ts'

/** Reads a result as the app does, with or without a third state. `asked`: for the log. */
export type ReadResult = <T>(result: AuthResult<T>, asked: string) => AuthResult<T>

export function createReadResult(mitigations: Mitigations, log: Log): ReadResult {
  const triState = mitigations.has('tri-state-auth-result')
  return (result, asked) => {
    if (result.kind !== 'unknown') return result
    log('auth-unknown', { asked, reason: result.reason, readAs: triState ? 'unknown' : 'invalid' })
    return triState ? result : { kind: 'invalid', reason: result.reason }
  }
}

/** Begins the reason of what stays unknown although the user's own cell answered: another one did not. */
const elsewhere = 'elsewhere: '

/** Whether it was not the cell of the user's region that gave no answer to a sign-in. */
export function isFromElsewhere(result: AuthResult<unknown>): boolean {
  return result.kind !== 'valid' && result.reason.startsWith(elsewhere)
}

const noSuchCell = { kind: 'unknown', reason: 'no such cell' } as const

export function createAuthFamily(cells: AuthCells, read: ReadResult): AuthClient {
  async function askOf<T>(
    asked: string,
    credential: string,
    ask: (client: AuthClient) => Promise<AuthResult<T>>,
  ): Promise<AuthResult<T>> {
    const cell = cells.of(credential)
    return read(cell ? await ask(cell.client) : noSuchCell, asked)
  }

  async function askFrom<T>(
    asked: string,
    region: string | undefined,
    ask: (client: AuthClient) => Promise<AuthResult<T>>,
  ): Promise<AuthResult<T>> {
    const [home, ...others] = cells.from(region)
    const first = await ask(home.client)
    // No answer from home is no reason to ask all others: that would carry its trouble to them.
    if (!isStranger(first) || others.length === 0) return read(first, asked)
    return read(await askAll(first, others, ask), asked)
  }

  return {
    introspect: credential => askOf('introspect', credential, client => client.introspect(credential)),
    refresh: token => askOf('refresh', token, client => client.refresh(token)),
    signIn: (kind, username, password, origin) =>
      askFrom('sign-in', origin.region, client => client.signIn(kind, username, password, origin)),
    signInMobile: (username, password, origin) =>
      askFrom('sign-in', origin.region, client => client.signInMobile(username, password, origin)),
    clientCredentials: (system, origin) =>
      askFrom('client-credentials', origin.region, client => client.clientCredentials(system, origin)),
    async revoke(credential) {
      return (await cells.of(credential)?.client.revoke(credential)) ?? false
    },
  }
}

/** What a cell says to somebody whom it does not know: another one may. */
const strangers: ReadonlySet<string> = new Set(['invalid_credentials', 'invalid_client'])

function isStranger(result: AuthResult<unknown>): boolean {
  return result.kind === 'invalid' && strangers.has(result.reason)
}

/**
 * The word of a cell that knows the caller counts, be it yes or no; without one, a cell that gave no answer leaves it
 * unknown, since it may be the one.
 */
async function askAll<T>(
  no: AuthResult<T>,
  others: readonly AuthCell[],
  ask: (client: AuthClient) => Promise<AuthResult<T>>,
): Promise<AuthResult<T>> {
  const results = await Promise.all(others.map(({ client }) => ask(client)))
  const word = results.find(result => result.kind !== 'unknown' && !isStranger(result))
  if (word) return word
  const unknown = results.find(result => result.kind === 'unknown')
  return unknown ? { ...unknown, reason: `${elsewhere}${unknown.reason}` } : no
}
