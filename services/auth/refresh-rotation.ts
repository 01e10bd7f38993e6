/**
 * What is to happen with a refresh token that is presented (RFC 9700, section 4.14.2), decided by what the session
 * remembers. Tokens of a session form a chain: each names as its `parent` the one that it was given for.
 *
 *   rotate   the successor of the one last used: it becomes the one last used
 *   repeat   used before, and comes again: the one last used, as long as nobody has shown the token given for it (its
 *            answer was lost, and an outage may lie between), or one used within the grace (requests raced). Gets a
 *            pair, changes nothing. Never without a grace: rotation is strict then
 *   reuse    anything else on a live session: somebody has a copy
 *   inactive the session is unknown, revoked, expired, or has no refresh tokens
 */
import type { Session, UsedRefresh } from './store.ts'

export type RefreshDecision =
  | { kind: 'rotate'; seenJti: string; recentRefreshes: readonly UsedRefresh[] }
  /** `parent` is what a token must name to be the next in the chain. */
  | { kind: 'repeat'; parent: string }
  | { kind: 'reuse' }
  | { kind: 'inactive' }

export interface PresentedRefresh {
  jti: string
  parentJti: string
  nowMs: number
  graceMs: number
}

/** A chain that moves this often within the grace is no race any more. */
const recentMax = 20

export function decideRefresh(session: Session | undefined, presented: PresentedRefresh): RefreshDecision {
  const { jti, parentJti, nowMs, graceMs } = presented
  const seenJti = session?.usedRefreshJti
  if (!session || seenJti === undefined) return { kind: 'inactive' }
  if (session.revokedAtMs !== undefined || session.expiresAtMs <= nowMs) return { kind: 'inactive' }
  const recent = session.recentRefreshes.filter(({ atMs }) => nowMs - atMs < graceMs)
  if (parentJti === seenJti)
    return {
      kind: 'rotate',
      seenJti,
      recentRefreshes: [...recent, { jti, atMs: nowMs }].slice(-recentMax),
    }
  const unanswered = jti === seenJti && graceMs > 0
  return unanswered || recent.some(used => used.jti === jti)
    ? { kind: 'repeat', parent: seenJti }
    : { kind: 'reuse' }
}
