/** What the faults of processes do to real ones, as it is seen by somebody who only asks them over HTTP. */
import { describe, expect, test } from 'vitest'
import {
  cpuLimit,
  crashLoop,
  kill,
  memoryLimit,
  pause,
  restart,
} from '../../../../harness/faults/process/index.ts'
import type { ServiceControl } from '../../../../harness/stack/service-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { startDeployWorld } from '../deploy/support.ts'

type World = Awaited<ReturnType<typeof startDeployWorld>>
const all = ['auth-1', 'auth-2', 'feed']
/** Who answers. */
const answering = async (world: World) => {
  const answers = await Promise.all(all.map(async name => ({ name, says: await world.probe(name) })))
  return answers.flatMap(({ name, says }) => (says === 'no answer' ? [] : [name]))
}
const words = (evidence: readonly { target: string; observed: string }[]) =>
  evidence.map(({ target, observed }) => `${target}: ${observed}`)

// Each starts several processes, which takes its time on a busy machine. Who is stopped is asked of Linux.
describe.skipIf(process.platform !== 'linux')('on real processes', { timeout: 60_000 }, () => {
  test('kill leaves nobody there until its undo', async () => {
    await using world = await startDeployWorld()
    const injected = await kill({ service: 'auth' }).inject(world.stack)
    expect(await answering(world)).toEqual(['feed'])
    expect(words(await injected.evidence())).toEqual(['auth-1: ended by SIGKILL', 'auth-2: ended by SIGKILL'])
    await injected.undo()
    // It listens by then.
    expect(await answering(world)).toEqual(all)
    await injected.undo()
    expect(world.starts()).toEqual([2, 2, 1])
  })

  test('pause leaves an answer that is waited for to come after its undo', async () => {
    await using world = await startDeployWorld()
    const before = world.pid('feed')
    const injected = await pause({ service: 'feed' }).inject(world.stack)
    expect(await world.probeBriefly('feed')).toBe('no answer')
    expect(await world.probe('auth-1')).not.toBe('no answer')
    expect(words(await injected.evidence())).toEqual(['feed: paused'])
    const waiting = world.probe('feed')
    await injected.undo()
    expect(await waiting).not.toBe('no answer')
    expect(world.pid('feed')).toBe(before)
  })

  test('pause of one that dies of something else is undone by another start', async () => {
    await using world = await startDeployWorld()
    const injected = await pause({ service: 'auth' }).inject(world.stack)
    process.kill(world.pid('auth-2'), 'SIGKILL')
    await expect
      .poll(() => injected.remains?.(), { timeout: 20_000 })
      .toEqual(['auth-1 is paused', 'auth-2 is ended by SIGKILL'])
    expect(words(await injected.evidence())).toEqual(['auth-1: paused'])
    await injected.undo()
    expect(await answering(world)).toEqual(all)
    expect(world.starts()).toEqual([1, 2, 1])
  })

  test('restart leaves another process there, which listens', async () => {
    await using world = await startDeployWorld()
    const before = world.pid('feed')
    const injected = await restart({ service: 'feed' }).inject(world.stack)
    expect(world.pid('feed')).not.toBe(before)
    expect(await answering(world)).toEqual(all)
    expect(words(await injected.evidence())).toEqual(['feed: started 1 times since'])
    await injected.undo()
    expect(world.starts()).toEqual([1, 1, 2])
  })

  test('restart, rolling, takes one away only while the other one answers, and ends with its undo', async () => {
    await using world = await startDeployWorld()
    const others: string[] = []
    const services: ServiceControl = {
      ...world.services,
      async start(name) {
        const other = name === 'auth-1' ? 'auth-2' : 'auth-1'
        if ((await world.probe(other)) !== 'no answer') others.push(other)
        await world.services.start(name)
      },
    }
    const params = { service: 'auth', rolling: true, times: 20, everyMs: 0 }
    const injected = await restart(params).inject({ ...world.stack, services } as Stack)
    await expect.poll(() => others.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
    await injected.undo()
    const starts = world.starts()
    expect(others).toEqual(others.map((_, index) => (index % 2 === 0 ? 'auth-2' : 'auth-1')))
    expect(others).toHaveLength((starts[0] ?? 0) + (starts[1] ?? 0) - 2)
    expect(others.length).toBeLessThan(40)
    expect(await answering(world)).toEqual(all)
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(world.starts()).toEqual(starts)
  })

  test('a crash loop is there now and then, and stays there after its undo', async () => {
    await using world = await startDeployWorld()
    const injected = await crashLoop({ service: 'feed', downMs: 300, upMs: 300 }).inject(world.stack)
    expect(await world.probe('feed')).toBe('no answer')
    const isThere = async () => (await world.probe('feed')) !== 'no answer'
    for (const expected of [true, false, true, false])
      await expect.poll(isThere, { timeout: 20_000, interval: 20 }).toBe(expected)
    const crashes = async () => {
      const [seen] = await injected.evidence()
      return Number(/^seen dead (\d+) times$/.exec(seen?.observed ?? '')?.[1])
    }
    // The last one may have been seen here a little before the runtime was asked for it.
    await expect.poll(crashes, { timeout: 20_000 }).toBeGreaterThanOrEqual(3)
    await injected.undo()
    const survivor = world.pid('feed')
    await new Promise(resolve => setTimeout(resolve, 1_000))
    expect(await answering(world)).toEqual(all)
    expect(world.pid('feed')).toBe(survivor)
  })

  test('limits are lifted, and who died of them is started', async () => {
    await using world = await startDeployWorld()
    const slow = await cpuLimit({ service: 'auth', cpus: 0.5 }).inject(world.stack)
    const small = await memoryLimit({ service: 'feed', memoryMiB: 64 }).inject(world.stack)
    expect(words(await slow.evidence())).toEqual([
      'auth-1: limited to cpus 0.5; running',
      'auth-2: limited to cpus 0.5; running',
    ])
    process.kill(world.pid('feed'), 'SIGKILL')
    await expect.poll(() => world.probe('feed'), { timeout: 20_000 }).toBe('no answer')
    await expect
      .poll(async () => words(await small.evidence()), { timeout: 20_000 })
      .toEqual(['feed: limited to memoryMiB 64; ended by SIGKILL'])
    await slow.undo()
    await small.undo()
    expect(await answering(world)).toEqual(all)
    for (const name of all) expect((await world.services.status(name)).limits).toBeUndefined()
    expect(world.starts()).toEqual([1, 1, 2])
  })
})
