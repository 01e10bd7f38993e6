import { describe, expect, test } from 'vitest'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { testEdge } from './world.ts'

/** `feed` answers when it is told to, `photos` at once. */
function hangingFeed(mitigations: Mitigation[]) {
  const waiting: (() => void)[] = []
  const world = testEdge({
    mitigations,
    timeoutMs: 10_000,
    places: 8,
    fetch: async url => {
      if (String(url).includes('feed')) await new Promise<void>(resolve => waiting.push(resolve))
      return new Response('ok')
    },
  })
  const photos = () => world.ask('/', { host: 'photos.us.localhost' })
  return { ...world, photos, feed: () => world.ask('/'), release: () => waiting.splice(0).map(go => go()) }
}

describe('an app that hangs', () => {
  test('starves the others without a bulkhead', async () => {
    const { feed, photos, release } = hangingFeed([])
    const held = Array.from({ length: 8 }, feed)
    const refused = await photos()
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toEqual({ error: 'overloaded' })
    release()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(8).fill(200))
    // What was taken is given back.
    expect((await photos()).status).toBe(200)
  })

  test('fills its own compartment only with a bulkhead', async () => {
    const { feed, photos, release } = hangingFeed(['bulkhead'])
    const held = [feed(), feed()]
    expect((await feed()).status).toBe(503)
    expect((await photos()).status).toBe(200)
    release()
    await Promise.all(held)
    const next = feed()
    setTimeout(release, 10)
    expect((await next).status).toBe(200)
  })

  test('gives its places back when its time is over', async () => {
    const world = testEdge({
      places: 1,
      timeoutMs: 5,
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    })
    expect((await world.ask('/')).status).toBe(504)
    expect((await world.ask('/')).status).toBe(504)
  })
})
