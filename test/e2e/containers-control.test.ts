/** What the containers runtime does to its instances, without a stack around them. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StackError } from '../../harness/errors.ts'
import { listStackLeftovers, openEngine } from '../../harness/stack/containers/engine.ts'
import type { Started, StartedProxy } from '../../harness/stack/driver.ts'
import type { Link } from '../../harness/stack/topology.ts'
import { configEnvironment, describeWithEngine, openDriver, runInside } from './containers-support.ts'

const startMsMax = 240_000
const link: Link = { name: 'internet-to-door', from: 'internet', to: 'door' }
const secrets = { user: 'firebreak', password: 'not-secret-at-all', database: 'store' }
const mib = 2 ** 20

describeWithEngine('an instance in a container', () => {
  let opened: Awaited<ReturnType<typeof openDriver>>
  let proxy: StartedProxy
  let door: Started
  let database: Started

  beforeAll(async () => {
    opened = await openDriver()
    const { driver } = opened
    ;[proxy, door, database] = await Promise.all([
      driver.startProxy([link]),
      driver.startService('door', 'config', configEnvironment('door')),
      driver.startPostgres('sessions', secrets),
    ])
    await openLink()
  }, startMsMax)

  afterAll(() => opened?.[Symbol.asyncDispose](), startMsMax)

  const inspect = async (name: string) =>
    (await openEngine()).getContainer(`firebreak-${opened.stack}-${name}`).inspect()
  const inside = () => `firebreak-${opened.stack}-inside`

  async function openLink() {
    const { apiUrl, listen } = proxy
    const upstream = opened.driver.upstreamOf('door', 'config')
    const body = JSON.stringify({ name: link.name, listen: listen(link), upstream, enabled: true })
    const response = await fetch(`${apiUrl}/proxies`, { method: 'POST', body })
    expect(response.status).toBe(201)
  }

  /** What comes of asking the door through the proxy. */
  const answer = () =>
    fetch(`http://${proxy.outside(link, '')}/documents/colour`, { signal: AbortSignal.timeout(1_500) }).then(
      ({ status }) => status,
      () => 'no answer',
    )
  const answers = () => expect.poll(answer, { timeout: 30_000 })

  async function restart(name: string, version?: Parameters<typeof opened.driver.restart>[1]) {
    const { listening } = await opened.driver.restart(name, version)
    return listening
  }

  /** Asks the database, at its own address on the inside network, which this machine reaches. */
  async function query(text: string): Promise<unknown[]> {
    const host = (await inspect('sessions')).NetworkSettings.Networks[inside()]?.IPAddress
    const client = new pg.Client({ ...secrets, host, port: 5_432, connectionTimeoutMillis: 10_000 })
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  test('is killed: it is gone when that resolves, and killing it again changes nothing', async () => {
    const { driver } = opened
    expect(await driver.status('door')).toEqual({ state: 'running', starts: 1 })
    await driver.kill('door')
    expect((await inspect('door')).State.Running).toBe(false)
    const dead = { state: 'ended', ended: 'ended by SIGKILL', starts: 1 }
    expect(await driver.status('door')).toEqual(dead)
    await driver.kill('door')
    expect(await driver.status('door')).toEqual(dead)
    expect(await answer()).not.toBe(200)
    await restart('door')
    await answers().toBe(200)
  })

  test('is started again at the same address, with its files, and laid-over environment', async () => {
    const { driver, stack } = opened
    const before = await inspect('door')
    const { starts } = await driver.status('door')
    await runInside(
      stack,
      'door',
      `import { writeFileSync } from 'node:fs'; writeFileSync('/data/kept', 'as it was')`,
    )
    await driver.kill('door')
    const again = await restart('door', { env: { TZ: 'Asia/Tokyo' } })
    expect(again.upstream).toBe(door.upstream)
    expect(await driver.status('door')).toEqual({ state: 'running', starts: starts + 1 })
    const read = `import { readFileSync } from 'node:fs'; console.log(readFileSync('/data/kept', 'utf8'), process.env.TZ)`
    expect(await runInside(stack, 'door', read)).toBe('as it was Asia/Tokyo')
    const after = await inspect('door')
    expect(after.Id).not.toBe(before.Id)
    expect(after.Config.Labels).toEqual(before.Config.Labels)
    expect(after.NetworkSettings.Networks[inside()]?.IPAddress).toBe(
      before.NetworkSettings.Networks[inside()]?.IPAddress,
    )
    await restart('door')
    expect((await inspect('door')).Config.Env).not.toContain('TZ=Asia/Tokyo')
  })

  test('keeps its rows and its password if it is a database, killed or stopped', async () => {
    await query('CREATE TABLE kept AS SELECT 42 AS answer')
    await opened.driver.kill('sessions')
    await expect(query('SELECT answer FROM kept')).rejects.toThrow()
    await restart('sessions')
    expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    // One that runs: ended in order, by SIGTERM.
    await restart('sessions')
    expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }])
    expect(await opened.driver.status('sessions')).toEqual({ state: 'running', starts: 3 })
    const ready = database.logs().filter(line => line.includes('ready to accept connections'))
    expect(ready).toHaveLength(3)
    await expect(opened.driver.restart('sessions', { build: 'leaks' })).rejects.toThrow(/no other build/)
    expect((await opened.driver.status('sessions')).state).toBe('running')
  })

  test('is paused and resumed, each as often as one likes, and can be killed and stopped meanwhile', async () => {
    const { driver } = opened
    await Promise.all([driver.pause('door'), driver.pause('door')])
    expect((await driver.status('door')).state).toBe('paused')
    expect(await answer()).toBe('no answer')
    await Promise.all([driver.resume('door'), driver.resume('door')])
    expect((await driver.status('door')).state).toBe('running')
    await answers().toBe(200)
    await driver.pause('door')
    await driver.kill('door')
    expect(await driver.status('door')).toMatchObject({ state: 'ended', ended: 'ended by SIGKILL' })
    await restart('door')
    await driver.pause('door')
    await restart('door')
    await answers().toBe(200)
  })

  test('is limited, as the engine sees it, until that is taken back or it is started again', async () => {
    const { driver } = opened
    const bounds = async () => {
      const { CpuQuota = 0, CpuPeriod = 0, Memory = 0, MemorySwap = 0 } = (await inspect('door')).HostConfig
      return { cpus: CpuQuota > 0 ? CpuQuota / CpuPeriod : undefined, Memory, MemorySwap }
    }
    const first = { cpus: undefined, Memory: 256 * mib, MemorySwap: 256 * mib }
    expect(await bounds()).toEqual(first)
    expect(await driver.limit('door', { cpus: 0.25, memoryMiB: 200 })).toBe('real')
    expect(await bounds()).toEqual({ cpus: 0.25, Memory: 200 * mib, MemorySwap: 200 * mib })
    expect((await driver.status('door')).limits).toEqual({ cpus: 0.25, memoryMiB: 200 })
    await driver.limit('door', undefined)
    expect(await bounds()).toEqual(first)
    expect(await driver.status('door')).not.toHaveProperty('limits')
    await driver.limit('door', { cpus: 0.5 })
    await restart('door')
    expect(await bounds()).toEqual(first)
    expect(await driver.status('door')).not.toHaveProperty('limits')
  })

  test('is ended by a limit below the memory that it has', async () => {
    const { driver } = opened
    await driver.limit('door', { memoryMiB: 8 })
    await expect
      .poll(() => driver.status('door'), { timeout: 30_000 })
      .toMatchObject({ state: 'ended', ended: 'out of memory', limits: { memoryMiB: 8 } })
    await restart('door')
    await answers().toBe(200)
  })

  test('is taken off its network and put on it again, where it was', async () => {
    const { driver } = opened
    const before = (await inspect('door')).NetworkSettings.Networks[inside()]
    expect(await driver.isolate('door')).toBe(true)
    expect(await driver.isolate('door')).toBe(true)
    expect((await inspect('door')).NetworkSettings.Networks).toEqual({})
    expect((await driver.status('door')).state).toBe('running')
    expect(await answer()).not.toBe(200)
    await driver.rejoin('door')
    await driver.rejoin('door')
    const after = (await inspect('door')).NetworkSettings.Networks[inside()]
    expect(after?.IPAddress).toBe(before?.IPAddress)
    expect(after?.Aliases).toContain('door')
    await answers().toBe(200)
    // A new one is on the network, so there is nothing to put back.
    await driver.isolate('door')
    await restart('door')
    await driver.rejoin('door')
    await answers().toBe(200)
  })

  test('may be a build that never listens, whose lines and end are seen', async () => {
    const { driver } = opened
    await expect(restart('door', { build: 'exits-at-start' })).rejects.toThrow(StackError)
    expect(await driver.status('door')).toMatchObject({ state: 'ended', ended: 'exit code 1' })
    const words = door.logs().join('\n')
    expect(words).toContain('this build cannot start')
    expect(words.indexOf('"listening"')).toBeLessThan(words.indexOf('this build cannot start'))
    await restart('door')
    expect(door.logs().join('\n')).toMatch(/this build cannot start[\s\S]*"listening"/)
    expect(door.logs().length).toBeLessThanOrEqual(200)
  })

  test('is not waited for: one that takes for ever to listen is killed, or started again, at once', async () => {
    const { driver } = opened
    const slow = { build: 'slow-start', env: { SLOW_START_MS: '600000' } }
    const first = await driver.restart('door', slow)
    await expect.poll(() => door.logs().join('\n'), { timeout: 30_000 }).toContain('"slow-start"')
    await driver.kill('door')
    await expect(first.listening).rejects.toThrow(/door: ended with exit code 137/)
    const second = await driver.restart('door', slow)
    const third = await driver.restart('door')
    await expect(second.listening).rejects.toThrow(/was started again before it listened/)
    expect((await third.listening).upstream).toBe(door.upstream)
    await answers().toBe(200)
  })

  test('goes through whatever is asked at once, one after the other', async () => {
    const { driver } = opened
    await Promise.all([
      driver.pause('door'),
      driver.kill('door'),
      restart('door'),
      driver.isolate('door'),
      driver.limit('door', { cpus: 0.5 }),
      driver.rejoin('door'),
      driver.limit('door', undefined),
      restart('sessions'),
    ])
    expect((await driver.status('door')).state).toBe('running')
    await answers().toBe(200)
    expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  test('has another proxy before it, at the same ports', async () => {
    const { driver } = opened
    const before = { api: proxy.apiUrl, outside: proxy.outside(link, ''), id: (await inspect('proxy')).Id }
    const [replaced] = await Promise.all([
      driver.replaceProxy([link], new Map()),
      driver.isolate('sessions').then(() => driver.rejoin('sessions')),
    ])
    proxy = replaced
    expect((await inspect('proxy')).Id).not.toBe(before.id)
    expect({ api: proxy.apiUrl, outside: proxy.outside(link, '') }).toMatchObject({
      api: before.api,
      outside: before.outside,
    })
    await openLink()
    await answers().toBe(200)
    // A dead one too.
    await (await openEngine()).getContainer(`firebreak-${opened.stack}-proxy`).kill()
    proxy = await driver.replaceProxy([link], new Map())
    expect(proxy.apiUrl).toBe(before.api)
    await openLink()
    await answers().toBe(200)
  })
})

describeWithEngine('taking down what is being changed', () => {
  test(
    'leaves nothing, and nothing comes back',
    async () => {
      await using opened = await openDriver()
      const { driver, stack } = opened
      const mine = async () => (await listStackLeftovers()).filter(found => found.stack === stack)
      await Promise.all([
        driver.startProxy([link]),
        driver.startService('door', 'config', configEnvironment('door')),
        driver.startPostgres('sessions', secrets),
      ])
      const [found] = await mine()
      expect(found?.volumes.toSorted()).toEqual(
        ['door', 'sessions'].map(name => `firebreak-${stack}-${name}`),
      )
      const changes = Promise.allSettled([
        driver.restart('door'),
        driver.isolate('sessions'),
        driver.rejoin('sessions'),
        driver.replaceProxy([link], new Map()),
      ])
      await driver.stop()
      await changes
      expect(await mine()).toEqual([])
      await expect(driver.restart('door')).rejects.toThrow(/being stopped/)
      await expect(driver.replaceProxy([link], new Map())).rejects.toThrow(/being stopped/)
      expect(await driver.status('door')).toMatchObject({ state: 'ended', ended: 'removed' })
      expect(await mine()).toEqual([])
    },
    startMsMax,
  )
})
