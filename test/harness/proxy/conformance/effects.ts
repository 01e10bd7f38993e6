/** What toxics do to live connections, as far as it can be seen from both ends. */
import { expect } from 'vitest'
import { sleep } from '../support.ts'
import type { Effect } from './cases.ts'
import { closingEffects } from './closing-effects.ts'
import type { Difference } from './differences.ts'
import { ended, has, type Link, openLink } from './link.ts'
import type { Target } from './target.ts'

const minute = 60_000

/** An effect on a link to a server that sends back what it gets. */
function onEcho(title: string, run: (link: Link) => Promise<void>, differs?: Difference): Effect {
  return {
    title,
    ...(differs === undefined ? {} : { differs }),
    async run(target: Target) {
      await using link = await openLink(target)
      await run(link)
    },
  }
}

/** The time from here until something is done, ms. */
async function timed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work
  return performance.now() - startedAt
}

const proxies = [
  onEcho('no toxic: bytes pass unchanged both ways', async ({ connect, peer }) => {
    const client = await connect()
    const text = Array.from({ length: 50_000 }, (_, index) => `${index} `).join('')
    await client.echo(text)
    expect(client.text).toBe(text)
    expect((await peer()).text).toBe(text)
  }),
  onEcho(
    'disabled: connections end, new ones are refused, toxics stay',
    async ({ target, connect, peer, add }) => {
      const client = await connect()
      await client.echo('before')
      await add('noop')
      await target.must('PATCH', '/proxies/@p', { enabled: false })
      await ended(client)
      await ended(await peer())
      expect((await connect()).error).toBe('ECONNREFUSED')
      expect((await target.must('PATCH', '/proxies/@p', { enabled: true })).body).toContain('"noop"')
      await (await connect()).echo('after')
    },
  ),
  onEcho('deleted: connections end', async ({ target, connect }) => {
    const client = await connect()
    await client.echo('before')
    await target.must('DELETE', '/proxies/@p')
    await ended(client)
  }),
  onEcho('another upstream: connections end', async ({ target, connect }) => {
    const client = await connect()
    await client.echo('before')
    await target.must('PATCH', '/proxies/@p', { upstream: '127.0.0.1:FREE' })
    await ended(client)
    // Nobody listens there: a client gets in, and is let go.
    await ended(await connect())
  }),
  onEcho('reset: established connections stay', async ({ target, connect, add }) => {
    const client = await connect()
    await add('latency', { latency: 50 })
    await target.must('POST', '/reset')
    await client.echo('after')
    expect(client.ended).toBe(false)
  }),
  onEcho('noop: bytes pass unchanged', async ({ connect, add }) => {
    const client = await connect()
    await add('noop')
    await client.echo('x')
    expect(client.text).toBe('x')
  }),
]

const latencies = ['upstream', 'downstream'].map(stream =>
  onEcho(`latency: delays ${stream}, never early, also established connections`, async ({ connect, add }) => {
    const client = await connect()
    await client.echo('before')
    await add('latency', { latency: 80 }, { stream })
    expect(await client.echo('one')).toBeGreaterThanOrEqual(80)
    expect(await (await connect()).echo('two')).toBeGreaterThanOrEqual(80)
  }),
)

const delays = [
  ...latencies,
  onEcho('latency: two of them add up', async ({ connect, add }) => {
    await add('latency', { latency: 50 }, { name: 'a' })
    await add('latency', { latency: 50 }, { name: 'b' })
    expect(await (await connect()).echo('x')).toBeGreaterThanOrEqual(100)
  }),
  onEcho('latency: counts from receipt, a burst takes it once; order is kept', async ({ connect, add }) => {
    await add('latency', { latency: 200, jitter: 20 })
    const client = await connect()
    const words = Array.from({ length: 15 }, (_, index) => `${index} `)
    const tookMs = await timed(
      (async () => {
        for (const word of words) {
          client.socket.write(word)
          await sleep(5)
        }
        await client.received('14 ')
      })(),
    )
    expect(client.text).toBe(words.join(''))
    expect(tookMs).toBeLessThan(2_000)
  }),
  onEcho('latency: removed, it lets go at once what it held', async ({ connect, peer, add, remove }) => {
    await add('latency', { latency: minute })
    const client = await connect()
    client.socket.write('one ')
    await (await peer()).received('one ')
    client.socket.write('two ')
    await (await peer()).received('two ')
    await sleep(50)
    await remove()
    await client.received('one two ')
    await client.echo('three')
  }),
  onEcho('latency: below 0 is none', async ({ connect, add }) => {
    await add('latency', { latency: -minute })
    expect(await (await connect()).echo('x')).toBeLessThan(10_000)
  }),
  onEcho(
    'latency: changed, the new delay holds for what it holds',
    async ({ connect, peer, add, change }) => {
      await add('latency', { latency: minute })
      const client = await connect()
      client.socket.write('held')
      await (await peer()).received('held')
      await sleep(20)
      await change({ attributes: { latency: 3_000 } })
      await sleep(100)
      expect(client.bytes).toBe(0)
      await client.received('held')
    },
    'update-holds',
  ),
  onEcho(
    'latency: another toxic behind it does not let go what it holds',
    async ({ connect, peer, add }) => {
      await add('latency', { latency: minute })
      const client = await connect()
      client.socket.write('held')
      await (await peer()).received('held')
      await sleep(20)
      await add('noop', {}, { name: 'behind' })
      await sleep(100)
      expect(client.bytes).toBe(0)
    },
    'neighbours-hold',
  ),
]

const rates = [
  onEcho('bandwidth: lets so many bytes through in a time', async ({ connect, peer, add }) => {
    await add('bandwidth', { rate: 500 }, { stream: 'upstream' })
    const client = await connect()
    const server = await peer()
    const startedAt = performance.now()
    client.socket.write(Buffer.alloc(200_000))
    await has(server, 200_000)
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(350)
    expect(tookMs).toBeLessThan(4_000)
  }),
  onEcho(
    'bandwidth: 0 passes nothing; removed, it lets go what it held',
    async ({ connect, add, remove }) => {
      await add('bandwidth', { rate: 0 })
      const client = await connect()
      client.socket.write('held')
      await sleep(150)
      expect(client.bytes).toBe(0)
      await remove()
      await client.received('held')
    },
  ),
  onEcho('slicer: cuts, and keeps every byte in order', async ({ connect, add }) => {
    await add('slicer', { average_size: 10, size_variation: 2, delay: 50_000 })
    const client = await connect()
    const text = Array.from({ length: 40 }, (_, index) => `${index} `).join('')
    await client.echo(text)
    expect(client.text).toBe(text)
    expect(client.chunks.length).toBeGreaterThan(3)
  }),
  onEcho('slicer: waits after each piece', async ({ connect, add }) => {
    await add('slicer', { average_size: 10, size_variation: 0, delay: 30_000 })
    expect(await (await connect()).echo('x'.repeat(100))).toBeGreaterThanOrEqual(300)
  }),
  onEcho('slicer: removed, it lets go at once what it held', async ({ connect, add, remove }) => {
    await add('slicer', { average_size: 10, size_variation: 0, delay: 5_000_000 })
    const client = await connect()
    client.socket.write('x'.repeat(100))
    await client.until('received the first piece', ({ bytes }) => bytes > 0)
    await remove()
    await client.until('received all', ({ bytes }) => bytes === 100)
  }),
]

/** How many of 40 connections a toxic hits that lets nothing through. */
async function hits({ connect, add, remove }: Link, toxicity: number): Promise<number> {
  await add('limit_data', { bytes: 0 }, { toxicity })
  const clients = await Promise.all(Array.from({ length: 40 }, () => connect()))
  for (const client of clients) client.socket.write('x')
  await Promise.all(clients.map(client => client.until('done', peer => peer.ended || peer.bytes > 0)))
  await remove()
  return clients.filter(({ bytes }) => bytes === 0).length
}

const shares = [
  onEcho('toxicity: 0 and below never, 1 and over always', async link => {
    expect(await hits(link, 0)).toBe(0)
    expect(await hits(link, -1)).toBe(0)
    expect(await hits(link, 1)).toBe(40)
    expect(await hits(link, 7)).toBe(40)
  }),
  onEcho('toxicity: between them a share of connections', async link => {
    const count = await hits(link, 0.5)
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(35)
  }),
  onEcho(
    'toxicity: who is hit stays hit, who is spared stays spared',
    async ({ connect, add, change }) => {
      await add('latency', { latency: 0 }, { toxicity: 0.5 })
      const clients = await Promise.all(Array.from({ length: 30 }, () => connect()))
      const hit: string[] = []
      for (let round = 0; round < 3; round += 1) {
        await change({ attributes: { latency: 1_500 + round } })
        const slow = await Promise.all(clients.map(async client => (await client.echo('x')) >= 1_500))
        hit.push(slow.map(Number).join(''))
      }
      expect(new Set(hit).size).toBe(1)
    },
    'toxicity-drawn-once',
  ),
]

export const effects: readonly Effect[] = [
  ...proxies,
  ...delays,
  ...rates,
  ...shares,
  ...closingEffects(onEcho),
]
