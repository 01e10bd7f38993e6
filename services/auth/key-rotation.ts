/**
 * What the operator does with signing keys.
 *
 * `jwks-overlap`: a new key is published before it signs, and an old one stays published while tokens signed with it
 * may live; a published key is not removed, except in an emergency. Without it a rotation switches at once and drops
 * the old key, and a removal is done as it is asked for.
 */
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { AuthConfig } from './config.ts'
import { type KeyState, keyStates, newSigningKey } from './key-set.ts'
import { type Keyring, rereadMs } from './keyring.ts'
import type { KeyStore, SigningKey } from './store.ts'

export interface ListedKey {
  kid: string
  state: KeyState
  signsFromMs: number
}

export interface KeyRotation {
  list(): Promise<ListedKey[]>
  /** Adds a key. Gives its name, and when it begins to sign. */
  rotate(config: AuthConfig): Promise<{ kid: string; signsFromMs: number }>
  /** Takes a key away for good. `in-use`: it is published, so that tokens which it signed may live. */
  remove(config: AuthConfig, kid: string, emergency: boolean): Promise<'removed' | 'unknown' | 'in-use'>
}

interface KeyRotationWorld {
  store: KeyStore
  keyring: Keyring
  mitigations: Mitigations
  log: Log
}

export function createKeyRotation({ store, keyring, mitigations, log }: KeyRotationWorld): KeyRotation {
  const overlap = mitigations.has('jwks-overlap')

  async function add(config: AuthConfig, leadMs: number): Promise<SigningKey> {
    const keys = await store.signingKeys()
    const generation = (keys.at(-1)?.generation ?? 0) + 1
    const signsFromMs = Date.now() + leadMs
    const dropsOlderFromMs = overlap ? endOfTokens(config, signsFromMs) : signsFromMs
    await store.addSigningKey(await newSigningKey({ generation, signsFromMs, dropsOlderFromMs }))
    // Where two processes rotate at the same moment, one of the two keys counts for both.
    const added = (await store.signingKeys()).find(key => key.generation === generation)
    if (!added) throw new Error(`signing key of generation ${generation} was added and is not there`)
    return added
  }

  return {
    async list() {
      const keys = await store.signingKeys()
      const states = keyStates(keys, Date.now())
      return keys.map(({ kid, signsFromMs }, index) => ({
        kid,
        signsFromMs,
        state: states[index] ?? 'dropped',
      }))
    },

    async rotate(config) {
      // There must be a key to take over from.
      await keyring.signingKey()
      const { kid, signsFromMs } = await add(config, overlap ? config.keyLeadS * 1000 : 0)
      await keyring.reload()
      log('key-rotated', { kid, signsFromMs })
      return { kid, signsFromMs }
    },

    async remove(config, kid, emergency) {
      const keys = await store.signingKeys()
      const index = keys.findIndex(key => key.kid === kid)
      const state = keyStates(keys, Date.now())[index]
      if (state === undefined) return 'unknown'
      const published = state !== 'dropped' && state !== 'removed'
      if (published && overlap && !emergency) return 'in-use'
      // A successor first: at no moment is there nothing to sign with.
      if (state === 'signing' || state === 'pending') await add(config, 0)
      await store.removeSigningKey(kid, Date.now())
      await keyring.reload()
      log('key-removed', { kid, state, emergency })
      return 'removed'
    },
  }
}

/** When the last token that an older key may have signed has ended, in this process or in one that noticed late. */
function endOfTokens(config: AuthConfig, signsFromMs: number): number {
  const { accessTokenTtlS, refreshTokenTtlS, apiTokenTtlS } = config
  const noticedByAllMs = signsFromMs + 2 * rereadMs
  return noticedByAllMs + Math.max(accessTokenTtlS, refreshTokenTtlS, apiTokenTtlS) * 1000
}
