/** A real config service behind a fetch that never opens a socket, and a client that watches it. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  type ConfigClient,
  createConfigClient,
  type SelfTest,
} from '../../../services/common/config-client.ts'
import { fileLastKnownGood } from '../../../services/common/last-known-good.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { createConfig } from '../../../services/config/config.ts'

const adminToken = 'an-operator-of-the-miniature'
const schema = z.object({ issuer: z.url(), timeoutMs: z.number().int().positive() })
type Settings = z.output<typeof schema>
const defaults: Settings = { issuer: 'https://default.test', timeoutMs: 1 }
const first: Settings = { issuer: 'https://first.test', timeoutMs: 10 }

let folder: string
let client: ConfigClient<Settings> | undefined
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-test-'))
})
afterEach(async () => {
  client?.stop()
  await rm(folder, { recursive: true })
})

function world({
  mitigations = [] as Mitigation[],
  selfTest = undefined as SelfTest<Settings> | undefined,
  away = false,
} = {}) {
  const service = createConfig({ documents: { app: first }, adminToken, log: () => {}, watchMs: 1_000 })
  const state = { away }
  const fetchService = async (input: unknown, init?: RequestInit) => {
    if (state.away) throw new TypeError('fetch failed')
    return service.request(String(input), init)
  }
  client = createConfigClient<Settings>({
    url: 'http://config.test',
    document: 'app',
    client: 'app-1',
    schema,
    defaults,
    ...(selfTest ? { selfTest } : {}),
    lastKnownGood: fileLastKnownGood(folder, 'app'),
    fetch: fetchService as typeof fetch,
    log: () => {},
    mitigations: new Set(mitigations),
  })
  const push = (body: unknown) =>
    service.request('http://config.test/documents/app', {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const acknowledged = async () => {
    const response = await service.request('http://config.test/documents/app/acknowledgements')
    return (
      (await response.json()) as { acknowledgements: { version: number; status: string; reason?: string }[] }
    ).acknowledgements[0]
  }
  return { client, push, acknowledged, state }
}

describe('createConfigClient', () => {
  test('begins with the document and follows its versions', async () => {
    const { client, push, acknowledged } = world()
    await client.start()
    expect(client.current()).toEqual(first)
    await push({ change: { timeoutMs: 20 } })
    await vi.waitFor(() => expect(client.current().timeoutMs).toBe(20))
    await vi.waitFor(async () =>
      expect(await acknowledged()).toMatchObject({ version: 2, status: 'applied' }),
    )
  })

  test('without config-validation takes any object as it comes', async () => {
    const { client, push } = world()
    await client.start()
    await push({ change: { issuer: 42 } })
    await vi.waitFor(() => expect(client.current().issuer).toBe(42))
  })

  test('with config-validation refuses what does not fit, keeps what it has, and says why', async () => {
    const { client, push, acknowledged } = world({ mitigations: ['config-validation'] })
    await client.start()
    await push({ change: { issuer: 42 } })
    await vi.waitFor(async () =>
      expect(await acknowledged()).toMatchObject({ version: 2, status: 'refused' }),
    )
    expect((await acknowledged())?.reason).toContain('issuer')
    expect(client.current()).toEqual(first)
    expect(client.version()).toBe(1)
    await push({ change: { issuer: 'https://third.test' } })
    await vi.waitFor(() => expect(client.version()).toBe(3))
  })

  test('with config-validation refuses what fits but fails the self-test', async () => {
    const selfTest: SelfTest<Settings> = async candidate =>
      candidate.issuer.includes('wrong') ? { ok: false, reason: 'tokens would not verify' } : { ok: true }
    const { client, push, acknowledged } = world({ mitigations: ['config-validation'], selfTest })
    await client.start()
    await push({ change: { issuer: 'https://wrong.example' } })
    await vi.waitFor(async () =>
      expect(await acknowledged()).toMatchObject({ status: 'refused', reason: 'tokens would not verify' }),
    )
    expect(client.current()).toEqual(first)
  })

  test('starts on the defaults while the config service is away, and catches up when it is back', async () => {
    const { client, state } = world({ away: true })
    await client.start()
    expect(client.current()).toEqual(defaults)
    state.away = false
    await vi.waitFor(() => expect(client.current()).toEqual(first))
  })

  test('with config-validation starts on the last known good one while the config service is away', async () => {
    const before = world({ mitigations: ['config-validation'] })
    await before.client.start()
    before.client.stop()
    const { client } = world({ mitigations: ['config-validation'], away: true })
    await client.start()
    expect(client.current()).toEqual(first)
    expect(client.version()).toBe(1)
  })

  test.each(['', '{"version":1,"val', '{"version":1,"value":{"issuer":42}}'])(
    'a last known good file that says %j is passed over',
    async text => {
      await writeFile(join(folder, 'app.last-known-good.json'), text)
      const { client } = world({ mitigations: ['config-validation'], away: true })
      await client.start()
      expect(client.current()).toEqual(defaults)
    },
  )

  test('without config-validation keeps nothing on disk', async () => {
    const { client } = world()
    await client.start()
    expect(await readdir(folder)).toEqual([])
  })
})
