/**
 * Which kinds of credential count now: a setting that an operator changes in the store, kept in the cache so that it can be
 * asked for with every request.
 *
 * Without mitigations it heals itself: a value in the cache that makes no sense is thrown away and read anew, and so is one
 * that could not be read. While the store is busy that makes it busier (Facebook, 2010-09-23). `config-validation`: the
 * last good value counts, for as long as there is no other; one request at a time looks for a newer one, and an error is
 * no reason to throw anything away.
 */
import { z } from 'zod'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import { type CacheClient, CacheUnavailable } from './cache-client.ts'
import { type AuthStore, type SessionKind, StoreUnavailable, sessionKinds } from './store.ts'

export const credentialKindsSetting = 'credential-kinds'

const schema = z.array(z.enum(sessionKinds)).min(1)
type Kinds = z.output<typeof schema>

export interface CredentialPolicy {
  /** Rejects with StoreUnavailable where it cannot be known. */
  accepts(kind: SessionKind): Promise<boolean>
}

export interface CredentialPolicyWorld {
  store: Pick<AuthStore, 'findSetting'>
  cache: CacheClient
  mitigations: Mitigations
  log: Log
}

const ttlMs = 600_000
/** How long a value is used before a newer one is looked for, with `config-validation`, ms. */
const freshMs = 2_000

export function createCredentialPolicy(world: CredentialPolicyWorld): CredentialPolicy {
  const kinds = world.mitigations.has('config-validation') ? keepsLastGood(world) : healsItself(world)
  return { accepts: async kind => (await kinds()).includes(kind) }
}

function healsItself({ store, cache, log }: CredentialPolicyWorld): () => Promise<Kinds> {
  return async () => {
    const cached = schema.safeParse(await cachedValue(cache))
    if (cached.success) return cached.data
    await cache.drop(credentialKindsSetting)
    try {
      const value = await store.findSetting(credentialKindsSetting)
      await cache.put(credentialKindsSetting, value ?? null, ttlMs)
      const stored = schema.safeParse(value)
      if (stored.success) return stored.data
      log('setting-invalid', { setting: credentialKindsSetting })
      return [...sessionKinds]
    } catch (error) {
      // What could not be read may be wrong just as well.
      if (error instanceof StoreUnavailable) await cache.drop(credentialKindsSetting)
      throw error
    }
  }
}

function keepsLastGood({ store, cache, log }: CredentialPolicyWorld): () => Promise<Kinds> {
  let good: { kinds: Kinds; atMs: number } | undefined
  let looking: Promise<void> | undefined

  async function look(): Promise<void> {
    const cached = schema.safeParse(await cachedValue(cache))
    if (cached.success) {
      good = { kinds: cached.data, atMs: Date.now() }
      return
    }
    const stored = schema.safeParse(await store.findSetting(credentialKindsSetting))
    if (!stored.success) {
      log('setting-invalid', { setting: credentialKindsSetting })
      // What there is stays good, and is looked after as seldom as ever.
      good = { kinds: good?.kinds ?? [...sessionKinds], atMs: Date.now() }
      return
    }
    good = { kinds: stored.data, atMs: Date.now() }
    await cache.put(credentialKindsSetting, stored.data, ttlMs)
  }

  function lookOnce(): Promise<void> {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }

  return async () => {
    if (good === undefined) await lookOnce()
    else if (Date.now() - good.atMs > freshMs) {
      const { kinds } = good
      lookOnce().catch(() => {
        good = { kinds, atMs: Date.now() }
      })
    }
    return good?.kinds ?? [...sessionKinds]
  }
}

async function cachedValue(cache: CacheClient): Promise<unknown> {
  try {
    return await cache.get(credentialKindsSetting)
  } catch (error) {
    if (error instanceof CacheUnavailable) return undefined
    throw error
  }
}
