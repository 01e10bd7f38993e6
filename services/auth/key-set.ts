/** What the stored signing keys mean at a moment: which are published, and which one signs. Plain decisions. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { NewSigningKey, SigningKey } from './store.ts'

/** The one algorithm that tokens are signed with, and the only one that is accepted. */
export const signingAlgorithm = 'EdDSA'

export type KeyState = 'pending' | 'signing' | 'retained' | 'dropped' | 'removed'

/**
 * The state of each key, in the order given (oldest generation first). `pending` is published and does not sign yet,
 * `retained` is published and signs no more; `dropped` has outlived its tokens, `removed` was taken away.
 */
export function keyStates(keys: readonly SigningKey[], nowMs: number): KeyState[] {
  const live = keys.map(
    (key, index) =>
      key.removedAtMs === undefined &&
      !keys
        .slice(index + 1)
        .some(({ dropsOlderFromMs = Number.POSITIVE_INFINITY }) => dropsOlderFromMs <= nowMs),
  )
  const signing = signingIndex(keys, live, nowMs)
  return keys.map((key, index) => {
    if (key.removedAtMs !== undefined) return 'removed'
    if (!live[index]) return 'dropped'
    if (index === signing) return 'signing'
    return index > signing ? 'pending' : 'retained'
  })
}

/** The newest live key whose time has come; else the first that is waiting, which is at least published; else none. */
function signingIndex(keys: readonly SigningKey[], live: readonly boolean[], nowMs: number): number {
  const due = keys.findLastIndex((key, index) => live[index] && key.signsFromMs <= nowMs)
  return due >= 0 ? due : live.indexOf(true)
}

/** Makes a key pair. The key's name is its thumbprint (RFC 7638). */
export async function newSigningKey(
  times: Pick<NewSigningKey, 'generation' | 'signsFromMs' | 'dropsOlderFromMs'>,
): Promise<NewSigningKey> {
  const { privateKey } = await generateKeyPair(signingAlgorithm, { crv: 'Ed25519', extractable: true })
  const privateJwk = await exportJWK(privateKey)
  return { ...times, kid: await calculateJwkThumbprint(privateJwk), privateJwk }
}

export function publicJwkOf({ kid, privateJwk }: SigningKey): JWK {
  const { d: _private, ...rest } = privateJwk
  return { ...rest, kid, alg: signingAlgorithm, use: 'sig' }
}
