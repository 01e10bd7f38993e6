/**
 * Decides whether a device credential is good: by what it holds and by the revocation list, and only now and then by
 * asking auth about its session.
 */
import type { AppConfig } from './app-config.ts'
import type { AuthCells } from './auth-cells.ts'
import { type AuthClient, inactiveReason } from './auth-client.ts'
import type { DeviceCredentials, DeviceSession } from './device-credential.ts'
import type { Admission } from './guard.ts'

export interface DeviceCheckWorld {
  credentials: DeviceCredentials
  auth: AuthClient
  cells: Pick<AuthCells, 'of' | 'isRevoked'>
  config: () => AppConfig
  /** Of how many sessions it remembers what auth said last. */
  max?: number
}

export type DeviceCheck = (credential: string) => Promise<Admission>

/** What is remembered of a session. */
interface Word {
  /** Auth has called it inactive: whatever comes, it does not come back. */
  ended: boolean
  /** The turn in which it was last told good. */
  turn: number
  /** When auth was last asked about it in vain, ms. */
  failedAt: number
}

/** After a question that auth did not answer, this share of the time between two passes before the next one. */
const askAgainAt = 0.1
const never = Number.NEGATIVE_INFINITY

export function createDeviceCheck(world: DeviceCheckWorld): DeviceCheck {
  const { credentials, auth, cells, config, max = 50_000 } = world
  const words = new Map<string, Word>()

  function note(session: string, word: Word): void {
    // Re-inserted, so that the first entry is the one not noted for longest.
    words.delete(session)
    words.set(session, word)
    const [oldest] = words.keys()
    if (words.size > max && oldest !== undefined) words.delete(oldest)
  }

  async function ask(
    { identity, credential }: DeviceSession,
    turn: number,
    last: number,
  ): Promise<Admission> {
    const { session } = identity
    const result = await auth.introspect(credential)
    if (result.kind === 'valid') {
      note(session, { ended: false, turn, failedAt: never })
      return { kind: 'valid', identity }
    }
    const ended = result.kind === 'invalid' && result.reason === inactiveReason
    note(session, { ended, turn: last, failedAt: Date.now() })
    return result
  }

  return async credential => {
    const device = await credentials.open(credential)
    if (!device) return { kind: 'invalid', reason: 'not a credential of this app, or out of date' }
    const { identity, issuedAt } = device
    const word = words.get(identity.session)
    if (word?.ended) return { kind: 'invalid', reason: inactiveReason }
    if (cells.isRevoked(identity.session)) return { kind: 'invalid', reason: 'revoked' }

    const { deviceCheckMs } = config()
    const now = Date.now()
    const turn = turnOf(identity.session, now, deviceCheckMs)
    const last = word?.turn ?? turnOf(identity.session, issuedAt, deviceCheckMs)
    // Without the list, not being on it means nothing: then only auth can tell.
    if (!cells.of(device.credential)?.revocations.loaded) return ask(device, turn, last)
    const askedInVain = word !== undefined && now - word.failedAt < askAgainAt * deviceCheckMs
    if (last >= turn || askedInVain) return { kind: 'valid', identity }
    const admission = await ask(device, turn, last)
    return admission.kind === 'unknown' ? { kind: 'valid', identity } : admission
  }
}

/** Which turn of `periodMs` a session is in; turns begin at another moment for each session. */
export function turnOf(session: string, atMs: number, periodMs: number): number {
  let hash = 0
  for (let i = 0; i < session.length; i += 1) hash = (Math.imul(hash, 31) + session.charCodeAt(i)) >>> 0
  // Names that are alike are sent far apart (multiplicative hashing with the golden ratio).
  const spread = (Math.imul(hash, 0x9e3779b1) >>> 0) / 2 ** 32
  return Math.floor((atMs + spread * periodMs) / periodMs)
}
