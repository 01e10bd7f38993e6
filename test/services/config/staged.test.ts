/** The config service with the staged rollout and real clients of it, in virtual time. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Health } from '../../../services/common/health.ts'
import { first, post, type Settings, second, startConfig, World } from './world.ts'

let world: World
beforeEach(() => {
  vi.useFakeTimers()
  world = new World(startConfig({ staged: true }))
})
afterEach(() => {
  world.stop()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

async function started(name: string, options: Parameters<World['client']>[1] = {}) {
  const health = new Health()
  const client = world.client(name, { health, ...options })
  await client.start()
  await pass(10)
  return { ...client, current: client.current, version: client.version, health }
}

/** Answers every 50 ms, good or bad by what its configuration says. */
function serve(client: { current(): Settings; health: Health }, isGood: (settings: Settings) => boolean) {
  const timer = setInterval(() => client.health.note(isGood(client.current())), 50)
  return () => clearInterval(timer)
}

describe('a staged rollout', () => {
  test('reaches one region after the other, and each client runs what its directive says', async () => {
    const us = await started('edge-us', { region: 'us' })
    const eu = await started('edge-eu', { region: 'eu' })
    expect(await world.operator({ value: second })).toMatchObject({ status: 201, body: { version: 2 } })
    await pass(500)
    expect([us.version(), eu.version()]).toEqual([2, 1])
    expect(await world.read('/rollout')).toMatchObject({ version: 2, state: 'baking', stage: 1, stages: 3 })
    // What is in force is what was promoted.
    expect(await world.read()).toMatchObject({ version: 1, promoted: 1, rollout: { version: 2 } })
    await pass(1_500)
    expect([us.version(), eu.version()]).toEqual([2, 2])
    await pass(3_000)
    expect(await world.read('/rollout')).toEqual({ version: 2, state: 'promoted', stage: 3, stages: 3 })
    expect(await world.read()).toMatchObject({ version: 2, value: second, promoted: 2 })
    expect((await world.acknowledged()).map(({ client, version }) => `${client} ${version}`)).toEqual([
      'edge-us 1',
      'edge-eu 1',
      'edge-us 2',
      'edge-eu 2',
    ])
  })

  test('two operators at once: the first goes on, the second is told so', async () => {
    await started('app-1')
    const both = await Promise.all([
      world.operator({ value: second }),
      world.operator({ change: { timeoutMs: 3 } }),
    ])
    expect(both.map(({ status }) => status)).toEqual([201, 409])
    expect(both[1].body).toMatchObject({ error: 'rollout_under_way' })
  })

  test('an emergency goes through, ends what is under way, and is made from what was promoted', async () => {
    const [one, two] = [await started('app-1'), await started('app-2')]
    await world.operator({ change: { issuer: 'https://wrong.test' } })
    await pass(300)
    expect([one.version(), two.version()]).toEqual([2, 1])
    await world.operator({ change: { timeoutMs: 99 }, emergency: true })
    await pass(100)
    for (const client of [one, two]) expect(client.current()).toEqual({ ...first, timeoutMs: 99 })
    expect(await world.read('/rollout')).toMatchObject({ version: 3, state: 'promoted' })
    const { versions } = await world.read('/history')
    expect((versions as { state: string }[]).map(({ state }) => state)).toEqual([
      'promoted',
      'rolled-back',
      'promoted',
    ])
    expect((await world.operator({ to: 2 }, '/rollback')).body).toEqual({ error: 'never_promoted' })
  })

  test('a version that signs users out is taken back from its first client, and nobody else ever runs it', async () => {
    const [one, two] = [await started('app-1'), await started('app-2')]
    const ends = [one, two].map(client => serve(client, ({ issuer }) => issuer === first.issuer))
    await pass(3_000)
    await world.operator({ change: { issuer: 'https://wrong.test' } })
    await pass(2_000)
    expect(await world.read('/rollout')).toMatchObject({
      state: 'rolled-back',
      stage: 1,
      reason: expect.stringContaining('answers bad since version 2, 0 of'),
    })
    expect(one.current()).toEqual(first)
    expect((await world.acknowledged()).map(({ client, version }) => `${client} ${version}`)).toEqual([
      'app-1 1',
      'app-2 1',
      'app-1 2',
      'app-1 1',
    ])
    for (const end of ends) end()
  })

  test('an outage that has nothing to do with it does not stop a good version', async () => {
    const one = await started('app-1')
    const end = serve(one, () => false)
    await pass(5_000)
    await world.operator({ value: second })
    await pass(4_000)
    expect(await world.read('/rollout')).toMatchObject({ state: 'promoted' })
    end()
  })

  test('a refusal takes it back', async () => {
    const one = await started('app-1', { mitigations: ['config-validation'] })
    await world.operator({ change: { issuer: 42 } })
    await pass(500)
    expect(await world.read('/rollout')).toMatchObject({
      state: 'rolled-back',
      reason: expect.stringMatching(/^app-1 refused version 2: .*issuer/s),
    })
    expect(one.version()).toBe(1)
    expect((await world.acknowledged()).map(({ version, status }) => `${version} ${status}`)).toEqual([
      '1 applied',
      '2 refused',
      '1 applied',
    ])
  })

  test('a client that is killed by the version fails its stage', async () => {
    const one = await started('app-1')
    const two = await started('app-2')
    await world.operator({ value: second })
    await pass(400)
    one.stop()
    await pass(5_000)
    expect(await world.read('/rollout')).toMatchObject({
      state: 'rolled-back',
      reason: 'app-1 has been silent for 3000 ms while it tried version 2',
    })
    expect(two.version()).toBe(1)
  })

  test('a client that was gone before the push is not waited for', async () => {
    const gone = await started('app-0')
    gone.stop()
    await started('app-1')
    await pass(10_000)
    await world.operator({ value: second })
    await pass(4_000)
    expect(await world.read('/rollout')).toMatchObject({ state: 'promoted' })
  })

  test('a good version and a bad one pushed in turn: the bad one never gets beyond its first client', async () => {
    const [one, two] = [await started('app-1'), await started('app-2')]
    const ends = [one, two].map(client => serve(client, ({ issuer }) => !issuer.includes('wrong')))
    const seen = new Set<string>()
    for (let turn = 0; turn < 6; turn += 1) {
      const issuer = turn % 2 === 0 ? 'https://wrong.test' : `https://right-${turn}.test`
      expect((await world.operator({ change: { issuer } })).status).toBe(201)
      for (let ms = 0; ms < 5_000; ms += 100) {
        await pass(100)
        seen.add(two.current().issuer)
      }
    }
    expect([...seen]).toEqual([
      first.issuer,
      'https://right-1.test',
      'https://right-3.test',
      'https://right-5.test',
    ])
    for (const end of ends) end()
  })

  test('the clock runs only while there is a rollout', async () => {
    const service = startConfig({ staged: true })
    expect(vi.getTimerCount()).toBe(0)
    await service.request('/documents/app', post({ value: second }))
    expect(vi.getTimerCount()).toBe(1)
    await pass(1_500)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('without the mitigation every push is everywhere at once, the bad one too', async () => {
  world.stop()
  world = new World(startConfig())
  const [one, two] = [await started('app-1'), await started('app-2')]
  for (const issuer of ['https://wrong.test', first.issuer, 'https://wrong.test']) {
    await world.operator({ change: { issuer } })
    await pass(100)
    expect([one.current().issuer, two.current().issuer]).toEqual([issuer, issuer])
  }
})
