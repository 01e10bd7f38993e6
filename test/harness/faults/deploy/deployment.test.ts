import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../../harness/errors.ts'
import { Deployment } from '../../../../harness/faults/deploy/deployment.ts'
import type { ServiceControl } from '../../../../harness/stack/service-control.ts'
import { startDeployWorld } from './support.ts'

const kind = 'bad-build'

// Each starts several processes, which takes its time on a busy machine.
describe('a deployment', { timeout: 60_000 }, () => {
  test('is seen by the word of the new process and from outside, and taken back once', async () => {
    await using world = await startDeployWorld()
    const deployment = new Deployment({ kind, stack: world.stack, version: { build: 'exits-at-start' } })
    await deployment.replaceAll(['auth-1', 'auth-2'])
    await expect
      .poll(() => deployment.remains(), { timeout: 20_000 })
      .toEqual(['auth-1 is ended (ended with 1)', 'auth-2 is ended (ended with 1)'])
    expect(await world.probe('auth-1')).toBe('no answer')
    expect(await deployment.evidence()).toEqual(
      ['auth-1', 'auth-2'].flatMap(target => [
        {
          fault: kind,
          target,
          witness: `log of ${target}`,
          observed: 'build exits-at-start, was not seen to listen',
        },
        { fault: kind, target, witness: 'runtime', observed: 'ended with 1' },
      ]),
    )
    await deployment.undo()
    expect(await world.probe('auth-1')).not.toBe('no answer')
    expect(await deployment.remains()).toEqual([])
    await deployment.undo()
    expect(world.starts()).toEqual([3, 3, 1])
  })

  test('does not take the word of another deployment for its own', async () => {
    await using world = await startDeployWorld()
    const version = { build: 'older' }
    const first = new Deployment({ kind, stack: world.stack, version })
    await first.replaceWaiting('feed')
    const second = new Deployment({ kind, stack: world.stack, version })
    expect(await second.evidence()).toEqual([])
    await first.undo()
  })

  test('remembers what was said when the log has forgotten it', async () => {
    await using world = await startDeployWorld()
    const deployment = new Deployment({ kind, stack: world.stack, version: { build: 'older' } })
    await deployment.replaceWaiting('feed')
    const forgetful = { ...world.stack, logs: () => ({}) }
    Object.assign(world.stack, forgetful)
    expect((await deployment.evidence())[0]?.observed).toMatch(/^build older, .*listened after \d+ ms$/)
    await deployment.undo()
  })

  test('tries again what could not be taken back, and only that', async () => {
    await using world = await startDeployWorld()
    let isBroken = true
    const services: ServiceControl = {
      ...world.services,
      async start(name, version) {
        if (isBroken && name === 'auth-2') throw new Error('no room')
        await world.services.start(name, version)
      },
    }
    const stack = { ...world.stack, services }
    const deployment = new Deployment({ kind, stack, version: { build: 'older' } })
    await deployment.replaceAll(['auth-1', 'auth-2'])
    await expect(deployment.undo()).rejects.toThrow(
      new HarnessError('bad-build: the first version does not run again: no room'),
    )
    isBroken = false
    await deployment.undo()
    expect(world.starts()).toEqual([3, 3, 1])
    expect(await deployment.remains()).toEqual([])
  })

  test('is taken back the hard way in the middle of a start', async () => {
    await using world = await startDeployWorld()
    const version = { build: 'slow-start', env: { SLOW_START_MS: '60000' } }
    const deployment = new Deployment({ kind, stack: world.stack, version })
    await deployment.replace('feed')
    await deployment.undoHard()
    expect(await world.probe('feed')).not.toBe('no answer')
  })
})
