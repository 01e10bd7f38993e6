/** Decides whether a credential is good, from auth's word, an offline check and the grace. */
import type { Mitigations } from '../common/mitigations.ts'
import type { AppConfig } from './app-config.ts'
import type { AuthClient, AuthResult, Identity } from './auth-client.ts'
import type { RevocationList } from './revocations.ts'
import type { SessionGrace } from './session-grace.ts'
import type { TokenVerifier } from './token-verifier.ts'

export type Admission =
  | { kind: 'valid'; identity: Identity }
  /** Served from the grace: auth gave no answer, but said yes a short while ago. */
  | { kind: 'stale'; identity: Identity }
  | { kind: 'invalid'; reason: string }
  | { kind: 'unknown'; reason: string }

export interface GuardWorld {
  auth: AuthClient
  grace: SessionGrace
  revocations: RevocationList
  verifier: TokenVerifier
  config: () => AppConfig
  mitigations: Mitigations
}

export interface Guard {
  /** Checks a web session. */
  session(id: string): Promise<Admission>
  /** Checks an access token. */
  token(token: string): Promise<Admission>
  /** Forgets what it knew of a credential, after a sign-out. */
  forget(credential: string): void
}

export function createGuard({ auth, grace, revocations, verifier, config, mitigations }: GuardWorld): Guard {
  async function check(credential: string): Promise<Admission> {
    return admit(credential, await auth.introspect(credential))
  }

  function admit(credential: string, result: AuthResult<Identity>): Admission {
    if (result.kind === 'valid') {
      if (mitigations.has('stale-session-grace')) grace.remember(credential, result.value)
      return { kind: 'valid', identity: result.value }
    }
    if (result.kind === 'invalid') {
      grace.forget(credential)
      return result
    }
    const identity = mitigations.has('stale-session-grace')
      ? grace.vouch(credential, config().graceMs, session => revocations.has(session))
      : undefined
    return identity ? { kind: 'stale', identity } : result
  }

  return {
    session: check,
    async token(token) {
      if (mitigations.has('offline-token-validation')) {
        const result = await verifier.verify(token)
        if (result.kind !== 'unknown') return admit(token, result)
      }
      return check(token)
    },
    forget: credential => grace.forget(credential),
  }
}
