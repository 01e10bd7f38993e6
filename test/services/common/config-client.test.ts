/** A real config service behind a fetch that never opens a socket, and a client that watches it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { first, second, startConfig, World } from '../config/world.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers()
  world = new World()
})
afterEach(() => {
  world.stop()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('createConfigClient', () => {
  test('begins with the document and follows its versions', async () => {
    const client = world.client('app-1')
    await client.start()
    expect(client.current()).toEqual(first)
    await world.operator({ change: { timeoutMs: 20 } })
    await pass(10)
    expect(client.current()).toEqual({ ...first, timeoutMs: 20 })
    expect(client.version()).toBe(2)
    expect((await world.acknowledged()).map(({ version, status }) => `${version} ${status}`)).toEqual([
      '1 applied',
      '2 applied',
    ])
  })

  test('without config-validation takes any object as it comes, and nothing but objects', async () => {
    const client = world.client('app-1')
    await client.start()
    await world.operator({ change: { issuer: 42 } })
    await pass(10)
    expect(client.current().issuer).toBe(42)
    for (const value of [null, [], 'text']) {
      await world.operator({ value })
      await pass(10)
      expect(client.version()).toBe(2)
    }
    expect((await world.acknowledged()).at(-1)).toMatchObject({
      status: 'refused',
      reason: 'not a JSON object',
    })
  })

  test('has one request open, however long nothing happens', async () => {
    const client = world.client('app-1')
    await client.start()
    await pass(10_500)
    const watches = world.asked.filter(path => path.includes('/watch'))
    // The service lets a watch wait for a second.
    expect(watches.length).toBeLessThanOrEqual(12)
    expect(world.asked.filter(path => path.endsWith('/health'))).toEqual([])
    expect(world.asked.filter(path => path.endsWith('/acknowledgements'))).toHaveLength(1)
  })

  test('does not storm a service that answers everything at once with nothing', async () => {
    world.service.stop()
    world.service = startConfig({ watchMs: 0 })
    const client = world.client('app-1')
    await client.start()
    await pass(20_000)
    expect(world.asked.length).toBeLessThan(60)
  })

  test('survives an outage of the service, backs off, and catches up', async () => {
    const client = world.client('app-1')
    await client.start()
    await pass(10)
    world.isAway = true
    const before = world.asked.length
    await pass(30_000)
    const tries = world.asked.length - before
    expect(tries).toBeGreaterThan(8)
    expect(tries).toBeLessThan(60)
    expect(client.current()).toEqual(first)
    world.isAway = false
    await world.operator({ value: second })
    await pass(3_000)
    expect(client.current()).toEqual(second)
  })

  test('two clients do not come back at the same moments', async () => {
    const times: Record<string, number[]> = { a: [], b: [] }
    for (const [name, asked] of Object.entries(times)) {
      const refuse = async () => {
        asked.push(performance.now())
        throw new TypeError('fetch failed')
      }
      void world.client(name, { fetch: refuse as typeof fetch }).start()
    }
    await pass(10_000)
    expect(times.a?.length).toBeGreaterThan(3)
    expect(times.a?.slice(1, 4)).not.toEqual(times.b?.slice(1, 4))
  })

  test('says again what did not get through', async () => {
    let isLost = true
    const losing = (async (input: unknown, init?: RequestInit) => {
      if (isLost && String(input).endsWith('/acknowledgements')) throw new TypeError('fetch failed')
      return world.fetch(String(input), init)
    }) as typeof fetch
    const client = world.client('app-1', { fetch: losing })
    await client.start()
    await world.operator({ value: second })
    await pass(3_000)
    expect(client.version()).toBe(2)
    expect(await world.acknowledged()).toEqual([])
    isLost = false
    await pass(5_000)
    expect((await world.acknowledged()).map(({ version }) => version)).toEqual([1, 2])
  })

  test.each([
    ['500', () => new Response('no', { status: 500 })],
    ['what is no JSON', () => new Response('<html>')],
    ['JSON that is no directive', () => Response.json({ version: 'two' })],
    ['an answer that never comes', () => new Promise<Response>(() => {})],
  ])('keeps what it has when the service answers %s', async (_, answer) => {
    let isBroken = false
    const broken = (async (input: unknown, init?: RequestInit) => {
      if (!isBroken) return world.fetch(String(input), init)
      return Promise.race([
        answer(),
        new Promise<never>((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
      ])
    }) as typeof fetch
    const client = world.client('app-1', { fetch: broken })
    await client.start()
    isBroken = true
    await pass(30_000)
    expect(client.current()).toEqual(first)
    isBroken = false
    await world.operator({ value: second })
    await pass(15_000)
    expect(client.current()).toEqual(second)
  })

  test('after stop asks no more and leaves no timer', async () => {
    const client = world.client('app-1')
    await client.start()
    await pass(10)
    client.stop()
    await pass(10)
    const asked = world.asked.length
    await pass(30_000)
    expect(world.asked).toHaveLength(asked)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a service without a config service lives on its defaults', async () => {
    const client = world.client('app-1', { url: undefined })
    await client.start()
    expect(client.version()).toBe(0)
    expect(world.asked).toEqual([])
  })
})
