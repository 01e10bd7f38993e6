/** What a client begins with: `static-stability`, and the last known good document on disk. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fileLastKnownGood } from '../../../services/common/last-known-good.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { defaults, first, second, World } from '../config/world.ts'

let folder: string
let file: string
let world: World
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-test-'))
  file = join(folder, 'app.last-known-good.json')
  world = new World()
})
afterEach(async () => {
  world.stop()
  // A client that has just been stopped may be writing still.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
})

function clientWith(...mitigations: Mitigation[]) {
  return world.client('app-1', { mitigations, lastKnownGood: fileLastKnownGood(folder, 'app') })
}

describe('with static-stability', () => {
  test('starts on the defaults while the config service is away, and catches up when it is back', async () => {
    world.isAway = true
    const client = clientWith('static-stability')
    await client.start()
    expect(client.current()).toEqual(defaults)
    world.isAway = false
    await vi.waitFor(() => expect(client.current()).toEqual(first), 5_000)
  })

  test('starts on the last known good document', async () => {
    const before = clientWith('static-stability')
    await before.start()
    before.stop()
    world.isAway = true
    const client = clientWith('static-stability')
    await client.start()
    expect(client.current()).toEqual(first)
    expect(client.version()).toBe(1)
  })

  test('a config service that takes the request and says nothing delays the start, but does not stop it', async () => {
    vi.useFakeTimers()
    const hangs = (async (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })) as typeof fetch
    const client = world.client('app-1', { mitigations: ['static-stability'], fetch: hangs })
    const started = client.start()
    await vi.advanceTimersByTimeAsync(2_000)
    await started
    vi.useRealTimers()
    expect(client.current()).toEqual(defaults)
  })

  test.each(['', '{"version":1,"val', '[]', '{"version":1,"value":{"issuer":42}}'])(
    'passes over a last known good document that says %j, and leaves it where it is',
    async text => {
      await writeFile(file, text)
      world.isAway = true
      const client = clientWith('config-validation', 'static-stability')
      await client.start()
      expect(client.current()).toEqual(defaults)
      expect(await readFile(file, 'utf8')).toBe(text)
    },
  )

  test('a disk that is full stops nothing', async () => {
    const full = { load: async () => undefined, save: () => Promise.reject(new Error('ENOSPC')) }
    const client = world.client('app-1', { mitigations: ['static-stability'], lastKnownGood: full })
    await client.start()
    await world.operator({ value: second })
    await vi.waitFor(() => expect(client.current()).toEqual(second), 5_000)
  })
})

describe('without static-stability', () => {
  test('waits for the config service', async () => {
    world.isAway = true
    const client = clientWith()
    let isStarted = false
    const started = client.start().then(() => {
      isStarted = true
    })
    await new Promise(resolve => setTimeout(resolve, 700))
    expect(isStarted).toBe(false)
    world.isAway = false
    await started
    expect(client.current()).toEqual(first)
  })

  test('stops waiting when it is stopped', async () => {
    world.isAway = true
    const client = clientWith()
    const started = client.start()
    client.stop()
    await started
    expect(client.version()).toBe(0)
  })

  test('a document that the service does not have is an answer', async () => {
    const client = world.client('app-1', { document: 'nothing' })
    await client.start()
    expect(client.current()).toEqual(defaults)
  })

  test('with config-validation begins with the last known good document when the new one is refused', async () => {
    const before = clientWith('config-validation')
    await before.start()
    before.stop()
    await world.operator({ change: { issuer: 42 } })
    const client = clientWith('config-validation')
    await client.start()
    expect(client.current()).toEqual(first)
    await vi.waitFor(async () =>
      expect((await world.acknowledged()).at(-1)).toMatchObject({ version: 2, status: 'refused' }),
    )
  })

  test('and without config-validation keeps nothing on disk', async () => {
    await clientWith().start()
    expect(await readdir(folder)).toEqual([])
  })
})
