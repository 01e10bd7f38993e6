import { describe, expect, test, vi } from 'vitest'
import { createCache } from '../../../services/cache/cache.ts'

function start(entriesMax?: number) {
  const cache = createCache({ log: () => {}, ...(entriesMax === undefined ? {} : { entriesMax }) })
  const send = async (method: string, key: string, body?: unknown) => {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await cache.fetch(new Request(`http://cache/entries/${key}`, { method, ...init }))
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  return { cache, send, put: (key: string, entry: object) => send('PUT', key, { ttlMs: 1_000, ...entry }) }
}

describe('the cache', () => {
  test('gives back what was put there, whatever its form, and nothing else', async () => {
    const { send, put } = start()
    for (const value of [{ a: [1, null] }, 'text', 0, false, null]) {
      expect((await put('key', { value })).status).toBe(204)
      expect(await send('GET', 'key')).toEqual({ status: 200, body: { value } })
    }
    expect(await send('GET', 'other')).toEqual({ status: 404, body: { error: 'not_found' } })
  })

  test('forgets what has run out, and what is deleted', async () => {
    vi.useFakeTimers()
    try {
      const { send, put } = start()
      await put('short', { value: 1, ttlMs: 100 })
      await put('long', { value: 2, ttlMs: 10_000 })
      vi.advanceTimersByTime(101)
      expect((await send('GET', 'short')).status).toBe(404)
      expect((await send('GET', 'long')).status).toBe(200)
      await send('DELETE', 'long')
      expect((await send('GET', 'long')).status).toBe(404)
      expect((await send('DELETE', 'long')).status).toBe(204)
    } finally {
      vi.useRealTimers()
    }
  })

  test('lets nothing take the place of what is final, until that has run out', async () => {
    vi.useFakeTimers()
    try {
      const { send, put } = start()
      await put('key', { value: 'before' })
      await put('key', { value: 'revoked', final: true, ttlMs: 500 })
      expect(await put('key', { value: 'late' })).toEqual({ status: 409, body: { error: 'final' } })
      await send('DELETE', 'key')
      expect(await send('GET', 'key')).toMatchObject({ body: { value: 'revoked' } })
      vi.advanceTimersByTime(501)
      expect((await put('key', { value: 'new' })).status).toBe(204)
    } finally {
      vi.useRealTimers()
    }
  })

  test('makes room by the entry that was written longest ago', async () => {
    const { cache, send, put } = start(2)
    await put('one', { value: 1 })
    await put('two', { value: 2 })
    await put('one', { value: 1 })
    await put('three', { value: 3 })
    expect(cache.size).toBe(2)
    expect((await send('GET', 'two')).status).toBe(404)
    expect((await send('GET', 'one')).status).toBe(200)
  })

  test.each([
    ['no JSON', '{'],
    ['no value', { ttlMs: 5 }],
    ['no time', { value: 1 }],
    ['no time to live', { value: 1, ttlMs: 0 }],
    ['too long a time', { value: 1, ttlMs: 1e12 }],
  ])('refuses a body with %s', async (_, body) => {
    const { send } = start()
    expect(await send('PUT', 'key', body)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect((await send('GET', 'key')).status).toBe(404)
  })

  test('says so where there is no such method', async () => {
    expect((await start().send('POST', 'key', {})).status).toBe(405)
  })
})
