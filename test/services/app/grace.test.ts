import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SessionGrace } from '../../../services/app/session-grace.ts'

const identity = { subject: 'u1', session: 's1', username: 'ada', expiresAt: 1_000_000 }
const nobody = () => false

describe('SessionGrace', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('vouches for a session that was good a short while ago', () => {
    const grace = new SessionGrace()
    grace.remember('c', identity)
    vi.setSystemTime(5_000)
    expect(grace.vouch('c', 5_000, nobody)).toEqual(identity)
  })

  test('does not vouch for a session that it has never seen', () => {
    expect(new SessionGrace().vouch('c', 5_000, nobody)).toBeUndefined()
  })

  test('does not vouch once the grace is over', () => {
    const grace = new SessionGrace()
    grace.remember('c', identity)
    vi.setSystemTime(5_001)
    expect(grace.vouch('c', 5_000, nobody)).toBeUndefined()
  })

  test('never resurrects a revoked session, not even after the revocation list was lost', () => {
    const grace = new SessionGrace()
    grace.remember('c', identity)
    expect(grace.vouch('c', 5_000, session => session === 's1')).toBeUndefined()
    expect(grace.vouch('c', 5_000, nobody)).toBeUndefined()
  })

  test('never vouches for a session past its own end', () => {
    const grace = new SessionGrace()
    grace.remember('c', { ...identity, expiresAt: 3_000 })
    vi.setSystemTime(3_000)
    expect(grace.vouch('c', 5_000, nobody)).toBeUndefined()
  })

  test('does not vouch for what auth has called invalid since', () => {
    const grace = new SessionGrace()
    grace.remember('c', identity)
    grace.forget('c')
    expect(grace.vouch('c', 5_000, nobody)).toBeUndefined()
  })

  test('holds a bounded number of sessions and drops the one not seen for longest', () => {
    const grace = new SessionGrace({ max: 2 })
    for (const credential of ['a', 'b']) grace.remember(credential, identity)
    grace.remember('a', identity)
    grace.remember('c', identity)
    expect(grace.vouch('b', 5_000, nobody)).toBeUndefined()
    expect(grace.vouch('a', 5_000, nobody)).toEqual(identity)
    expect(grace.vouch('c', 5_000, nobody)).toEqual(identity)
  })
})
