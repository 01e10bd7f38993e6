import type { Mitigations } from '../common/mitigations.ts'
import { type Session, type SessionStore, StoreUnavailable } from './store.ts'

/** Looks a session up to answer for it, not to change it. Undefined if it is not known. */
export type ReadSession = SessionStore['findSession']

/**
 * Reads sessions from a replica, which may be behind. `tri-state-auth-result`: a session that the replica does not know, or
 * cannot be asked for, is looked up again where it was written: a "no" from there is no proof. Without it the replica has
 * the last word.
 */
export function readFromReplica(
  primary: Pick<SessionStore, 'findSession'>,
  replica: Pick<SessionStore, 'findSession'>,
  mitigations: Mitigations,
): ReadSession {
  if (!mitigations.has('tri-state-auth-result')) return sid => replica.findSession(sid)
  return async sid => (await knownTo(replica, sid)) ?? (await primary.findSession(sid))
}

async function knownTo(
  replica: Pick<SessionStore, 'findSession'>,
  sid: string,
): Promise<Session | undefined> {
  try {
    return await replica.findSession(sid)
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined
    throw error
  }
}
