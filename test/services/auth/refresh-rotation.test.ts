import { describe, expect, test } from 'vitest'
import { decideRefresh } from '../../../services/auth/refresh-rotation.ts'
import type { Session } from '../../../services/auth/store.ts'
import { newSession } from './store-contract.ts'

/** The chain sign-in > a > b > c, of which b was used last, at 8,000, and a at 4,000. */
const session: Session = {
  ...newSession({ usedRefreshJti: 'b', expiresAtMs: 50_000 }),
  revokedAtMs: undefined,
  recentRefreshes: [
    { jti: 'a', atMs: 4_000 },
    { jti: 'b', atMs: 8_000 },
  ],
}
const at = (nowMs: number, jti: string, parentJti: string) => ({ nowMs, jti, parentJti, graceMs: 10_000 })

describe('a refresh token', () => {
  test.each([
    ['the next one', at(9_000, 'c', 'b'), 'rotate'],
    ['the next one, however late', at(49_999, 'c', 'b'), 'rotate'],
    ['the one last used, within the grace', at(17_999, 'b', 'a'), 'repeat'],
    ['the one last used, however late: its answer may have been lost', at(49_999, 'b', 'a'), 'repeat'],
    ['the one before, within the grace', at(13_999, 'a', 'sign-in'), 'repeat'],
    ['the one before, after the grace', at(14_000, 'a', 'sign-in'), 'reuse'],
    ['one given beside b and never used', at(9_000, 'b2', 'a'), 'reuse'],
    ['one that was never heard of', at(9_000, 'x', 'y'), 'reuse'],
  ])('that is %s', (_title, presented, kind) => {
    expect(decideRefresh(session, presented).kind).toBe(kind)
  })

  test.each([
    ['unknown', undefined],
    ['revoked', { ...session, revokedAtMs: 1 }],
    ['ended', { ...session, expiresAtMs: 9_000 }],
    ['one without refresh tokens', { ...session, usedRefreshJti: undefined }],
  ])('is inactive, never reused, when its session is %s', (_title, dead) => {
    for (const [jti, parentJti] of [
      ['c', 'b'],
      ['b', 'a'],
      ['x', 'y'],
    ] as const)
      expect(decideRefresh(dead, at(9_000, jti, parentJti))).toEqual({ kind: 'inactive' })
  })

  test('that comes again leads on from the one last used', () => {
    expect(decideRefresh(session, at(9_000, 'a', 'sign-in'))).toEqual({ kind: 'repeat', parent: 'b' })
  })

  test('that is used is remembered with those used within the grace', () => {
    expect(decideRefresh(session, at(15_000, 'c', 'b'))).toEqual({
      kind: 'rotate',
      seenJti: 'b',
      recentRefreshes: [
        { jti: 'b', atMs: 8_000 },
        { jti: 'c', atMs: 15_000 },
      ],
    })
  })

  test('is forgotten when too many were used within the grace', () => {
    const recentRefreshes = Array.from({ length: 20 }, (_, n) => ({ jti: `${n}`, atMs: 8_000 }))
    const decision = decideRefresh({ ...session, recentRefreshes }, at(9_000, 'c', 'b'))
    const remembered = decision.kind === 'rotate' ? decision.recentRefreshes : []
    expect(remembered).toHaveLength(20)
    expect(remembered.at(-1)?.jti).toBe('c')
  })
})
