/** Toxics that end connections, or hold up their end. */
import { expect } from 'vitest'
import { sleep } from '../support.ts'
import type { Effect } from './cases.ts'
import type { Difference } from './differences.ts'
import { ended, has, type Link, openLink, reset } from './link.ts'

const minute = 60_000

/** `onEcho` makes an effect on a link to a server that sends back what it gets. */
export function closingEffects(
  onEcho: (title: string, run: (link: Link) => Promise<void>, differs?: Difference) => Effect,
): readonly Effect[] {
  const closes = [
    onEcho('slow_close: data pass at once, the end later', async ({ connect, peer, add }) => {
      const client = await connect()
      await client.echo('before')
      await add('slow_close', { delay: 300 })
      await client.echo('data')
      const startedAt = performance.now()
      const server = await peer()
      server.socket.end()
      await ended(client)
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(299)
    }),
    onEcho('slow_close: removed, it lets the end go at once', async ({ connect, peer, add, remove }) => {
      const client = await connect()
      await client.echo('before')
      await add('slow_close', { delay: minute })
      const server = await peer()
      server.socket.end()
      await sleep(100)
      expect(client.ended).toBe(false)
      await remove()
      await ended(client)
    }),
    {
      title: 'a client that has finished sending still gets its answer',
      differs: 'half-close',
      async run(target) {
        await using link = await openLink(target, ({ socket }) => {
          socket.on('end', () => setTimeout(() => socket.end('answer'), 50))
        })
        const client = await link.connect()
        client.socket.end('question')
        await client.received('answer')
      },
    } satisfies Effect,
  ]

  const timeouts = [
    onEcho('timeout: 0 discards, and never closes', async ({ connect, peer, add }) => {
      const client = await connect()
      await client.echo('before')
      await add('timeout', { timeout: 0 })
      client.socket.write('lost')
      await (await peer()).received('lost')
      await sleep(150)
      expect([client.text, client.ended]).toEqual(['before', false])
    }),
    onEcho(
      'timeout: closes both ends after the time without data, idle ones too',
      async ({ connect, peer, add }) => {
        const client = await connect()
        await client.echo('before')
        const startedAt = performance.now()
        await add('timeout', { timeout: 200 })
        await ended(client)
        await ended(await peer())
        expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200)
      },
    ),
    onEcho('timeout: data start its clock again', async ({ connect, add }) => {
      const client = await connect()
      await client.echo('before')
      await add('timeout', { timeout: 1_500 })
      for (let index = 0; index < 20; index += 1) {
        client.socket.write('x')
        await sleep(100)
      }
      expect(client.ended).toBe(false)
      await ended(client)
    }),
    onEcho('timeout: removed, it closes; changed, it does not', async ({ connect, add, change, remove }) => {
      const client = await connect()
      await client.echo('before')
      await add('timeout', { timeout: minute })
      await change({ attributes: { timeout: minute + 1 } })
      await sleep(100)
      expect(client.ended).toBe(false)
      await remove()
      await ended(client)
    }),
    onEcho('timeout: the other direction flows on', async ({ connect, peer, add }) => {
      const client = await connect()
      await client.echo('before')
      await add('timeout', { timeout: 0 }, { stream: 'upstream' })
      const server = await peer()
      server.socket.write('news')
      await client.received('news')
    }),
  ]

  const resets = [
    onEcho(
      'reset_peer: resets both ends of a new connection after the time',
      async ({ connect, peer, add }) => {
        await add('reset_peer', { timeout: 100 })
        const client = await connect()
        const startedAt = performance.now()
        client.socket.write('x')
        await reset(client)
        await reset(await peer())
        expect(performance.now() - startedAt).toBeGreaterThanOrEqual(100)
      },
    ),
    onEcho('reset_peer: an idle connection stays', async ({ connect, add }) => {
      await add('reset_peer', { timeout: 0 })
      const client = await connect()
      await sleep(150)
      expect([client.ended, client.error]).toEqual([false, undefined])
    }),
    onEcho(
      'reset_peer: resets established connections',
      async ({ connect, peer, add }) => {
        const client = await connect()
        await client.echo('before')
        await add('reset_peer', { timeout: 0 })
        client.socket.write('x')
        await reset(client)
        await reset(await peer())
      },
      'reset-established',
    ),
    onEcho(
      'reset_peer: removed during its wait, it lets go at once what it held',
      async ({ connect, peer, add, remove }) => {
        await add('reset_peer', { timeout: minute })
        const client = await connect()
        client.socket.write('held')
        await (await peer()).received('held')
        await sleep(50)
        await remove()
        await client.received('held')
      },
      'reset-interruptible',
    ),
  ]

  const limits = [
    onEcho(
      'limit_data: passes exactly so many bytes, then closes both ends',
      async ({ connect, peer, add }) => {
        await add('limit_data', { bytes: 5 })
        const client = await connect()
        client.socket.write('1234567')
        await ended(client)
        await ended(await peer())
        expect(client.text).toBe('12345')
      },
    ),
    onEcho('limit_data: closes when the limit is just reached', async ({ connect, add }) => {
      await add('limit_data', { bytes: 5 })
      const client = await connect()
      client.socket.write('12345')
      await ended(client)
      expect(client.text).toBe('12345')
    }),
    onEcho('limit_data: 0 closes at the first data, not before', async ({ connect, add }) => {
      await add('limit_data', { bytes: 0 })
      const client = await connect()
      await sleep(100)
      expect(client.ended).toBe(false)
      client.socket.write('x')
      await ended(client)
      expect(client.bytes).toBe(0)
    }),
    onEcho(
      'limit_data: counts from when it came, and on when it is changed',
      async ({ connect, add, change }) => {
        const client = await connect()
        await client.echo('not counted ')
        await add('limit_data', { bytes: 100 })
        await client.echo('12345')
        await change({ attributes: { bytes: 7 } })
        client.socket.write('6789')
        await has(client, 'not counted 1234567'.length)
        await ended(client)
        expect(client.text).toBe('not counted 1234567')
      },
    ),
    onEcho(
      'limit_data: lowered under what has passed, it closes at the next data',
      async ({ connect, add, change }) => {
        await add('limit_data', { bytes: 100 })
        const client = await connect()
        await client.echo('12345')
        await change({ attributes: { bytes: 3 } })
        await sleep(100)
        expect(client.ended).toBe(false)
        client.socket.write('x')
        await ended(client)
        expect(client.text).toBe('12345')
      },
    ),
  ]

  return [...closes, ...timeouts, ...resets, ...limits]
}
