import { describe, expect, test } from 'vitest'
import { startClient } from '../support.ts'
import { startHttp } from './support.ts'

describe('cut', () => {
  const body = 'x'.repeat(300_000)

  test.each(['sized', 'chunked'])('ends an answer that is %s in the middle of its body', async framing => {
    await using world = await startHttp((_, response) => {
      if (framing === 'sized') response.setHeader('Content-Length', body.length)
      response.write(body.slice(0, 10))
      response.end(body.slice(10))
    })
    for (const [how, error] of [
      ['close', 'ECONNRESET'],
      ['reset', 'ECONNRESET'],
    ] as const) {
      await world.addToxic({ cut: { afterBytes: 100_000, how } }, how)
      const seen = await world.client()('/a')
      expect(seen).toMatchObject({ status: 200, error })
      expect(seen.body.length).toBe(100_000)
      expect(await world.toxic(how)).toMatchObject({ requests: 1, bytes: 100_000 })
      await world.removeToxic(how)
      expect((await world.client()('/b')).body.length).toBe(body.length)
    }
  })

  test.each([
    ['close', true, undefined],
    ['reset', false, 'ECONNRESET'],
  ] as const)('by a %s is seen as such', async (how, ended, error) => {
    await using world = await startHttp((_, response) => response.end('0123456789'))
    await world.addToxic({ cut: { afterBytes: 4, how } })
    using client = await startClient(world.port)
    client.socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.until('over', peer => peer.ended || peer.error !== undefined)
    expect(client.text.split('\r\n\r\n')[1]).toBe('0123')
    expect([client.ended, client.error]).toEqual([ended, error])
    await expect.poll(async () => (await world.proxy.evidence()).open).toBe(0)
  })

  test('does not touch an answer that is not longer', async () => {
    await using world = await startHttp((_, response) => response.end('0123'))
    await world.addToxic({ cut: { afterBytes: 4, how: 'reset' } })
    const ask = world.client()
    expect(await ask('/a')).toMatchObject({ body: '0123', error: undefined })
    expect(await ask('/a', { method: 'HEAD' })).toMatchObject({ status: 200, error: undefined })
    expect((await world.toxic()).requests).toBe(0)
  })

  test('goes with an answer of the proxy and with an altered one', async () => {
    await using world = await startHttp()
    const cut = { afterBytes: 3, how: 'close' }
    await world.addToxic({ match: { path: '/a' }, answer: { status: 500, body: '123456' }, cut })
    await world.addToxic({ match: { path: '/b' }, alter: { body: { text: 'abcdef' } }, cut }, 'second')
    expect(await world.client()('/a')).toMatchObject({ status: 500, body: '123', error: 'ECONNRESET' })
    expect(await world.client()('/b')).toMatchObject({ status: 200, body: 'abc', error: 'ECONNRESET' })
    expect((await world.toxic()).requests).toBe(1)
  })

  test('that is removed in time does not come', async () => {
    let finish = () => {}
    await using world = await startHttp((_, response) => {
      response.writeHead(200, { 'Content-Length': '10' })
      response.write('0123')
      finish = () => response.end('456789')
    })
    await world.addToxic({ match: { path: '/other' }, delay: 1 }, 'another')
    await world.addToxic({ cut: { afterBytes: 4, how: 'reset' } })
    const asked = world.client()('/a')
    await expect.poll(async () => (await world.proxy.evidence()).downstreamBytes).toBeGreaterThan(50)
    await world.removeToxic()
    finish()
    expect(await asked).toMatchObject({ body: '0123456789', error: undefined })
  })
})
