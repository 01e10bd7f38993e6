/** Decides whether a credential is good, from auth's word, a signature, the app's own credential and the grace. */
import type { Mitigations } from '../common/mitigations.ts'
import type { AppConfig } from './app-config.ts'
import type { AuthCells } from './auth-cells.ts'
import type { AuthClient, AuthResult, Identity } from './auth-client.ts'
import type { ReadResult } from './auth-family.ts'
import type { DeviceCheck } from './device-check.ts'
import type { SessionGrace } from './session-grace.ts'
import { withdrawnKey } from './token-verifier.ts'

export type Admission =
  | { kind: 'valid'; identity: Identity }
  /** Served from the grace: auth gave no answer, but said yes a short while ago. To look, not to act. */
  | { kind: 'stale'; identity: Identity }
  | { kind: 'invalid'; reason: string }
  | { kind: 'unknown'; reason: string }

/** How an access token is checked: auth is asked every time, or its signature is looked at. */
export type TokenCheck = 'introspection' | 'signature'

export interface GuardWorld {
  auth: AuthClient
  cells: AuthCells
  read: ReadResult
  grace: SessionGrace
  device: DeviceCheck
  /** How the app checks access tokens unless a mitigation says otherwise. */
  tokenCheck: TokenCheck
  config: () => AppConfig
  mitigations: Mitigations
}

export interface Guard {
  /** Checks a web session. */
  session(id: string): Promise<Admission>
  /** Checks an access token of a phone or of a system caller. */
  token(token: string): Promise<Admission>
  /** Checks a device credential. */
  device(credential: string): Promise<Admission>
  /** Forgets what it knew of a credential, after a sign-out. */
  forget(credential: string): void
}

export function createGuard(world: GuardWorld): Guard {
  const { auth, cells, read, grace, config, mitigations } = world
  const graceful = mitigations.has('stale-session-grace')
  const offline = mitigations.has('offline-token-validation')
  const bySignature = offline || world.tokenCheck === 'signature'

  function admit(credential: string, result: AuthResult<Identity>, { mayVouch = true } = {}): Admission {
    if (result.kind === 'valid') {
      if (graceful) grace.remember(credential, result.value)
      return { kind: 'valid', identity: result.value }
    }
    if (result.kind === 'invalid') {
      grace.forget(credential)
      return result
    }
    const identity =
      graceful && mayVouch ? grace.vouch(credential, config().graceMs, cells.isRevoked) : undefined
    return identity ? { kind: 'stale', identity } : result
  }

  async function signature(token: string): Promise<Admission> {
    const cell = cells.of(token)
    const result = cell ? await cell.verifier.verify(token) : noSuchCell
    if (result.kind !== 'unknown') return admit(token, result)
    const mayVouch = result.reason !== withdrawnKey
    // Validation with the mitigation has auth to fall back on; without it, the signature is all there is.
    const word = offline ? await auth.introspect(token) : read<Identity>(result, 'signature')
    return admit(token, word, { mayVouch })
  }

  const ask = async (credential: string) => admit(credential, await auth.introspect(credential))
  return {
    session: async id => (token.test(id) ? notASession : ask(id)),
    token: bySignature ? signature : ask,
    device: world.device,
    forget: credential => grace.forget(credential),
  }
}

/** Auth knows tokens too, of phones and of system callers: but what was given to one of them opens no web page. */
const token = /^[^.]*\.[^.]*\.[^.]*$/
const notASession = { kind: 'invalid', reason: 'a token, not a session' } as const

const noSuchCell = { kind: 'unknown', reason: 'no such cell' } as const
