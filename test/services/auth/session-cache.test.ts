import { describe, expect, test } from 'vitest'
import { createCacheClient } from '../../../services/auth/cache-client.ts'
import type { CacheKind } from '../../../services/auth/session-cache.ts'
import { createCache } from '../../../services/cache/cache.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { startAuth } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

const tri: readonly Mitigation[] = ['tri-state-auth-result']

/** An auth with a user who has signed in, and its two caches. */
async function start(kind: CacheKind, mitigations: readonly Mitigation[] = []) {
  const caches: Record<string, ReturnType<typeof createCache>> = {
    main: createCache({ log: () => {} }),
    spare: createCache({ log: () => {} }),
  }
  const down = new Set<string>()
  const asked: string[] = []
  let inUse = 'main'
  const fetch = async (input: string | URL | Request, init?: RequestInit) => {
    const { hostname } = new URL(String(input))
    asked.push(`${init?.method ?? 'GET'} ${hostname}`)
    const cache = caches[hostname]
    if (down.has(hostname) || !cache) throw new TypeError('fetch failed')
    return cache.fetch(new Request(String(input), init))
  }
  const client = createCacheClient({
    caches: { main: 'http://main', spare: 'http://spare' },
    inUse: () => inUse,
    fetch: fetch as typeof globalThis.fetch,
    log: () => {},
  })
  const store = createMemoryStore()
  let reads = 0
  const auth = startAuth({
    store: {
      ...store,
      async findSession(sid) {
        reads += 1
        return store.findSession(sid)
      },
    },
    mitigations,
    cache: { kind, client },
  })
  await auth.createUsers('user', 1)
  const { session } = await auth.signIn('web')
  return {
    auth,
    session,
    down,
    asked,
    reads: () => reads,
    use: (name: string) => {
      inUse = name
    },
    empty: (name: string) => {
      caches[name] = createCache({ log: () => {} })
    },
    stop: () => client.stop(),
  }
}

describe.each(['record', 'look-aside'] as const)('auth with a cache of sessions (%s)', kind => {
  test('answers from it, without the store', async () => {
    const { auth, session, reads } = await start(kind)
    const before = reads()
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    expect(reads()).toBe(before)
  })

  test('asks the store where the cache does not answer', async () => {
    const { auth, session, down } = await start(kind)
    down.add('main')
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    expect(await auth.introspect('x'.repeat(43))).toEqual({ active: false })
  })

  test('asks the store where the cache is not one that it knows', async () => {
    const { auth, session, use } = await start(kind)
    use('nowhere')
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })

  test('never serves who was signed out: not from the other cache, not from one that was away', async () => {
    const { auth, session, use, down, stop } = await start(kind)
    use('spare')
    await auth.form('/revoke', { token: session })
    use('main')
    expect(await auth.introspect(session)).toEqual({ active: false })
    const { session: second } = await auth.signIn('web')
    down.add('main')
    await auth.form('/revoke', { token: second })
    down.delete('main')
    // It is told as soon as it is heard of again.
    await expect.poll(() => auth.introspect(second), { timeout: 5_000 }).toEqual({ active: false })
    stop()
  })

  test('knows a phone’s session after it was renewed', async () => {
    const { auth } = await start(kind)
    const { refresh_token } = await auth.signIn('mobile')
    const { body } = await auth.form('/token', { grant_type: 'refresh_token', refresh_token })
    expect(await auth.introspect(body.access_token)).toMatchObject({ active: true })
  })
})

describe('a cache that is empty for a reason of its own', () => {
  test('is believed where it is the record', async () => {
    const { auth, session, use } = await start('record')
    use('spare')
    expect(await auth.introspect(session)).toEqual({ active: false })
    use('main')
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })

  test('proves nothing with tri-state-auth-result', async () => {
    const { auth, session, use, empty } = await start('record', tri)
    use('spare')
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    empty('main')
    use('main')
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })

  test('is filled by who asks, where it stands in front of the store', async () => {
    const { auth, session, empty, reads } = await start('look-aside')
    empty('main')
    const before = reads()
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    expect(await auth.introspect(session)).toMatchObject({ active: true })
    expect(reads()).toBe(before + 1)
  })
})
