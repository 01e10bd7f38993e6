/** What can be done to the services of a stack, on every runtime alike. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HarnessError, StackError } from '../../../harness/errors.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { describeOnRuntimes } from '../containers-support.ts'
import { SmallStack } from '../small-stack.ts'

const rows = (stack: Stack) =>
  stack.databases.sessions?.query<{ issuer: string }>('SELECT issuer FROM users LIMIT 1')

describeOnRuntimes(runtime => {
  let small: SmallStack
  beforeAll(async () => {
    small = await SmallStack.start(runtime)
  })
  afterAll(async () => {
    await small?.[Symbol.asyncDispose]()
  })
  const pageComes = () => expect.poll(async () => (await small.page()).came, { timeout: 30_000 })

  test('one that is killed is gone until it is started again, and found where it is then', async () => {
    const { services } = small.stack
    const first = await small.processOf('feed')
    await services.kill('feed')
    expect(await services.status('feed')).toMatchObject({
      state: 'ended',
      ended: 'ended by SIGKILL',
      starts: 1,
    })
    expect((await small.page()).came).not.toBe('status 200')
    // Idempotent.
    await services.kill('feed')
    await services.start('feed')
    expect(await services.status('feed')).toEqual({ state: 'running', starts: 2 })
    await pageComes().toBe('status 200')
    expect((await small.processOf('feed')).identity).not.toBe(first.identity)
    const listening = small.stack.logs().feed?.filter(line => line.includes('"event":"listening"'))
    expect(listening).toHaveLength(2)
  })

  test('one that is paused keeps its connections and answers nobody', async () => {
    const { services } = small.stack
    await services.pause('feed')
    await services.pause('feed')
    expect(await services.status('feed')).toMatchObject({ state: 'paused' })
    expect((await small.page()).came).toBe('no answer')
    await services.resume('feed')
    await services.resume('feed')
    expect(await services.status('feed')).toMatchObject({ state: 'running' })
    await pageComes().toBe('status 200')
  })

  test('one that is paused can be killed, and started again', async () => {
    const { services } = small.stack
    await services.pause('feed')
    await services.kill('feed')
    expect(await services.status('feed')).toMatchObject({ state: 'ended' })
    await services.pause('feed').catch(() => {})
    await services.start('feed')
    await pageComes().toBe('status 200')
  })

  test('a database keeps what it stored, killed or stopped', async () => {
    const { services } = small.stack
    const before = await rows(small.stack)
    expect(before).toHaveLength(1)
    await services.kill('sessions')
    await expect(rows(small.stack)).rejects.toThrow(HarnessError)
    await services.start('sessions')
    await expect.poll(() => rows(small.stack)?.catch(String), { timeout: 20_000 }).toEqual(before)
    await services.start('sessions')
    await expect.poll(() => rows(small.stack)?.catch(String), { timeout: 20_000 }).toEqual(before)
    await expect.poll(async () => (await small.signIn()).result, { timeout: 20_000 }).toBe('served')
  })

  test('the config service keeps its documents', async () => {
    const { services } = small.stack
    const before = await small.ask('config', '/documents/auth')
    await services.kill('config')
    await services.start('config')
    await expect.poll(async () => (await small.ask('config', '/documents/auth')).body).toEqual(before.body)
  })

  test('another build takes its place, and the first one again after it', async () => {
    const { services } = small.stack
    await services.launch('feed', { build: 'exits-at-start' })
    await expect
      .poll(() => services.status('feed'), { timeout: 20_000 })
      .toMatchObject({ state: 'ended', ended: 'exit code 1' })
    await expect(services.start('feed', { build: 'exits-at-start' })).rejects.toThrow(StackError)
    await services.start('feed', { env: { TZ: 'Asia/Tokyo' } })
    expect((await small.processOf('feed')).environment).toContain('TZ=Asia/Tokyo')
    await services.start('feed')
    expect((await small.processOf('feed')).environment).not.toContain('TZ=Asia/Tokyo')
    await pageComes().toBe('status 200')
  })

  test('limits are kept until they are lifted', async () => {
    const { services } = small.stack
    const means = await services.limit('feed', { cpus: 0.02 })
    expect(means).toBe(runtime === 'containers' ? 'real' : 'imitated')
    expect(await services.status('feed')).toMatchObject({ state: 'running', limits: { cpus: 0.02 } })
    const pages = async () => {
      const began = performance.now()
      await Promise.all(Array.from({ length: 30 }, () => small.page()))
      return performance.now() - began
    }
    const limitedMs = await pages()
    await services.limit('feed', undefined)
    expect((await services.status('feed')).limits).toBeUndefined()
    await pageComes().toBe('status 200')
    await expect.poll(pages, { timeout: 30_000 }).toBeLessThan(limitedMs / 2)
  })

  test('the fault proxy is replaced, dead or alive, and every link is where it was', async () => {
    const { stack } = small
    const { links } = stack
    const listens = () => links.map(({ name }) => stack.proxy.listenOf(name))
    const before = listens()
    await stack.proxy.addToxic('internet-to-edge-us', {
      name: 'stays',
      type: 'timeout',
      stream: 'downstream',
      toxicity: 1,
      attributes: { timeout: 0 },
    })
    expect((await small.page()).came).toBe('no answer')
    await stack.replaceProxy?.()
    expect(listens()).toEqual(before)
    expect(await stack.proxy.toxics()).toEqual([])
    await pageComes().toBe('status 200')
    await expect.poll(async () => (await small.signIn()).result, { timeout: 20_000 }).toBe('served')
  })

  test('nobody is named in vain', async () => {
    for (const act of [
      small.stack.services.kill('nobody'),
      small.stack.services.start('proxy'),
      small.stack.services.status('nobody'),
    ])
      await expect(act).rejects.toThrow(/has no service/)
  })
})
