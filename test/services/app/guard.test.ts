/** The decision table of the guard: what a credential is worth, by how it is checked and what is heard of it. */
import { describe, expect, test } from 'vitest'
import { defaultAppConfig } from '../../../services/app/app-config.ts'
import type { AuthCell, AuthCells } from '../../../services/app/auth-cells.ts'
import type { AuthClient, AuthResult, Identity } from '../../../services/app/auth-client.ts'
import { createReadResult } from '../../../services/app/auth-family.ts'
import { createGuard, type TokenCheck } from '../../../services/app/guard.ts'
import { SessionGrace } from '../../../services/app/session-grace.ts'
import { withdrawnKey } from '../../../services/app/token-verifier.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

const identity: Identity = { subject: 'u1', session: 's1', username: 'ada', expiresAt: Date.now() + 60_000 }
type Result = AuthResult<Identity>
const results = {
  valid: { kind: 'valid', value: identity },
  invalid: { kind: 'invalid', reason: 'inactive' },
  unknown: { kind: 'unknown', reason: 'timeout' },
  withdrawn: { kind: 'unknown', reason: withdrawnKey },
} as const satisfies Record<string, Result>
type Word = keyof typeof results

/** A guard that hears `auth` of whatever it asks, and `signature` of whatever it looks at itself. */
function guardWith(names: readonly Mitigation[], tokenCheck: TokenCheck = 'introspection') {
  const heard: { auth: Word; signature: Word; revoked: boolean } = {
    auth: 'valid',
    signature: 'valid',
    revoked: false,
  }
  const asked = { auth: 0, signature: 0 }
  const mitigations = new Set(names)
  const read = createReadResult(mitigations, () => {})
  const verify = async (): Promise<Result> => {
    asked.signature += 1
    return results[heard.signature]
  }
  const introspect = async () => {
    asked.auth += 1
    return read<Identity>(results[heard.auth], 'introspect')
  }
  const cells = {
    of: () => ({ verifier: { verify } }) as unknown as AuthCell,
    isRevoked: () => heard.revoked,
  } as unknown as AuthCells
  const guard = createGuard({
    auth: { introspect } as unknown as AuthClient,
    cells,
    read,
    grace: new SessionGrace(),
    device: async () => ({ kind: 'invalid', reason: 'no device here' }),
    tokenCheck,
    config: () => defaultAppConfig,
    mitigations,
  })
  return { guard, heard, asked }
}

test('a token opens no web session, and auth is not asked about it', async () => {
  const { guard, asked } = guardWith([])
  expect(await guard.session('eyJh.eyJz.c2ln')).toMatchObject({ kind: 'invalid' })
  expect(asked).toEqual({ auth: 0, signature: 0 })
  expect(await guard.session('eu.an-opaque-id')).toMatchObject({ kind: 'valid' })
})

const triState = 'tri-state-auth-result'
const grace = 'stale-session-grace'
const offline = 'offline-token-validation'

describe('a web session', () => {
  test.each<[Mitigation[], Word, string, string]>([
    // mitigations, auth says, seen before, not seen before
    [[], 'valid', 'valid', 'valid'],
    [[], 'invalid', 'invalid', 'invalid'],
    [[], 'unknown', 'invalid', 'invalid'],
    [[triState], 'unknown', 'unknown', 'unknown'],
    [[triState, grace], 'unknown', 'stale', 'unknown'],
    [[triState, grace], 'invalid', 'invalid', 'invalid'],
    [[grace], 'unknown', 'invalid', 'invalid'],
  ])('with %j, when auth says %s, is %s if it was seen, else %s', async (names, word, seen, unseen) => {
    const { guard, heard } = guardWith(names)
    expect((await guard.session('c')).kind).toBe('valid')
    heard.auth = word
    expect((await guard.session('c')).kind).toBe(seen)
    expect((await guard.session('never seen')).kind).toBe(unseen)
  })

  test('is not vouched for once it is revoked, was called inactive, or was signed out', async () => {
    const { guard, heard } = guardWith([triState, grace])
    for (const end of ['revoked', 'inactive', 'forgotten']) {
      heard.auth = 'valid'
      heard.revoked = false
      await guard.session('c')
      heard.auth = 'invalid'
      if (end === 'inactive') await guard.session('c')
      if (end === 'forgotten') guard.forget('c')
      heard.revoked = end === 'revoked'
      heard.auth = 'unknown'
      expect([end, (await guard.session('c')).kind]).toEqual([end, 'unknown'])
    }
  })
})

describe('an access token', () => {
  test.each<[TokenCheck, Mitigation[], Word, Word, string, { auth: number; signature: number }]>([
    // checked by, mitigations, signature says, auth says, outcome, who is asked
    ['introspection', [triState], 'valid', 'invalid', 'invalid', { auth: 1, signature: 0 }],
    ['introspection', [triState], 'valid', 'unknown', 'unknown', { auth: 1, signature: 0 }],
    ['introspection', [triState, offline], 'valid', 'unknown', 'valid', { auth: 0, signature: 1 }],
    ['introspection', [triState, offline], 'invalid', 'valid', 'invalid', { auth: 0, signature: 1 }],
    ['introspection', [triState, offline], 'unknown', 'valid', 'valid', { auth: 1, signature: 1 }],
    ['introspection', [triState, offline], 'unknown', 'unknown', 'unknown', { auth: 1, signature: 1 }],
    ['introspection', [triState, offline], 'withdrawn', 'invalid', 'invalid', { auth: 1, signature: 1 }],
    ['introspection', [offline], 'unknown', 'unknown', 'invalid', { auth: 1, signature: 1 }],
    ['signature', [], 'valid', 'unknown', 'valid', { auth: 0, signature: 1 }],
    ['signature', [], 'invalid', 'valid', 'invalid', { auth: 0, signature: 1 }],
    ['signature', [], 'unknown', 'valid', 'invalid', { auth: 0, signature: 1 }],
    ['signature', [triState], 'unknown', 'valid', 'unknown', { auth: 0, signature: 1 }],
  ])(
    'checked by %s with %j, signature %s and auth %s: %s',
    async (check, names, signature, auth, kind, who) => {
      const { guard, heard, asked } = guardWith(names, check)
      Object.assign(heard, { signature, auth })
      expect((await guard.token('t')).kind).toBe(kind)
      expect(asked).toEqual(who)
    },
  )

  test('that was good is vouched for when keys run out, but not when its key was withdrawn', async () => {
    const { guard, heard } = guardWith([triState, grace, offline])
    await guard.token('t')
    heard.auth = 'unknown'
    heard.signature = 'unknown'
    expect((await guard.token('t')).kind).toBe('stale')
    heard.signature = 'withdrawn'
    expect((await guard.token('t')).kind).toBe('unknown')
  })
})
