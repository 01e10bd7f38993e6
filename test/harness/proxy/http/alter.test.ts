import { describe, expect, test } from 'vitest'
import { startHttp } from './support.ts'

describe('alter', () => {
  test.each([
    ['sized', '{"active":true}'],
    ['chunked', '{"active":true}'],
    ['ended', '{"active":true}'],
    ['sized', '12345678'],
    ['chunked', '      {"a":1}                                   '],
  ])('cuts a body that is %s in the middle, %s, and the message is complete', async (framing, body) => {
    await using world = await startHttp((_, response) => {
      if (framing === 'sized') response.setHeader('Content-Length', body.length)
      if (framing === 'ended') response.useChunkedEncodingByDefault = false
      response.write(body.slice(0, 5))
      setTimeout(() => response.end(body.slice(5)), 5)
    })
    await world.addToxic({ match: { path: '/a' }, alter: { body: 'malformed-json' } })
    const ask = world.client()
    const seen = await ask('/a')
    expect(seen).toMatchObject({ status: 200, error: undefined })
    const half = body.slice(0, Math.floor(body.length / 2))
    expect([half, `${half}{`]).toContain(seen.body)
    expect(() => JSON.parse(seen.body)).toThrow()
    expect(await world.toxic()).toMatchObject({ requests: 1 })
    expect(await ask('/b')).toMatchObject({ status: 200, body })
  })

  test.each([
    ['html', 'text/html; charset=utf-8', /^<!doctype html>/],
    ['empty', 'application/json', /^$/],
    [{ text: 'ü' }, 'application/json', /^ü$/],
  ])('makes the body %j', async (body, contentType, expected) => {
    await using world = await startHttp()
    await world.addToxic({ match: { path: '/a' }, alter: { body } })
    const ask = world.client()
    const seen = await ask('/a')
    expect(seen).toMatchObject({ status: 200, error: undefined, body: expect.stringMatching(expected) })
    expect(seen.headers).toMatchObject({ 'content-type': contentType, 'x-kept': 'yes' })
    expect(await ask('/b')).toMatchObject({ status: 200, body: expect.stringContaining('/b') })
  })

  test('changes status and headers and leaves the body as it is', async () => {
    await using world = await startHttp()
    const alter = {
      status: 502,
      contentType: 'text/plain',
      dropHeaders: ['x-KEPT'],
      setHeaders: { 'X-New': 'ä' },
    }
    await world.addToxic({ alter })
    const seen = await world.client()('/a')
    expect(seen).toMatchObject({ status: 502, body: expect.stringContaining('"/a"') })
    expect(seen.headers).toMatchObject({ 'content-type': 'text/plain', 'x-new': 'ä' })
    expect(seen.headers).not.toHaveProperty('x-kept')
  })

  test('makes one answer of several toxics, in order of adding', async () => {
    await using world = await startHttp()
    await world.addToxic({ alter: { status: 500, setHeaders: { 'X-A': '1', 'X-B': '1' } } })
    await world.addToxic({ alter: { status: 502, dropHeaders: ['X-A'], body: 'empty' } }, 'second')
    const seen = await world.client()('/a')
    expect(seen).toMatchObject({ status: 502, body: '', headers: { 'x-b': '1' } })
    expect(seen.headers).not.toHaveProperty('x-a')
  })

  test.each([
    [204, { status: 200 }, 'GET', 200],
    [304, { status: 200, body: 'html' }, 'GET', 200],
    [200, { status: 204 }, 'GET', 204],
    [200, { body: 'html' }, 'HEAD', 200],
    [204, { body: 'malformed-json' }, 'GET', 204],
  ])('keeps %d answers apart after %j of %s', async (was, alter, method, status) => {
    await using world = await startHttp((_, response) => {
      response.statusCode = was
      // Node's client does not keep a connection after an answer to HEAD that says nothing of its length.
      if (was === 200) response.setHeader('Content-Length', 4)
      response.end(was === 200 ? 'body' : undefined)
    })
    await world.addToxic({ match: { path: '/a' }, alter })
    const ask = world.client()
    const seen = await ask('/a', { method })
    expect(seen).toMatchObject({ status, error: undefined })
    expect(seen.body.startsWith('<!doctype')).toBe(was === 304)
    expect((await ask('/b')).status).toBe(was)
    expect(await world.proxy.evidence()).toMatchObject({ unparsed: 0, connections: 1 })
  })

  test('cuts a long body within the first part of it', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, '[')
    await using world = await startHttp((_, response) => response.end(body))
    await world.addToxic({ match: { path: '/a' }, alter: { body: 'malformed-json' } })
    const ask = world.client()
    const seen = await ask('/a')
    expect(seen.error).toBeUndefined()
    expect(seen.body.length).toBeGreaterThan(500_000)
    expect(seen.body.length).toBeLessThan(600_000)
    expect((await ask('/b')).body.length).toBe(body.length)
  })
})
