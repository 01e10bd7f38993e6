import type Docker from 'dockerode'
import { describe, expect, test } from 'vitest'
import { HarnessError, StackError } from '../../../../harness/errors.ts'
import type { ContainerSpec, RunningContainer } from '../../../../harness/stack/containers/containers.ts'
import { Instances } from '../../../../harness/stack/containers/instances.ts'
import { Starts } from '../../../../harness/stack/starts.ts'

/** What the engine says of a refusal, as its client passes it on. */
function engineError(statusCode: number, message: string) {
  return Object.assign(new Error(message), { statusCode, json: { message } })
}

/** An engine that writes down what it is asked, in order, and takes a moment for each. */
class FakeEngine {
  readonly asked: string[] = []
  readonly states = new Map<string, { Running: boolean; Paused: boolean; ExitCode: number }>()
  readonly refusals = new Map<string, Error>()
  /** The starts, oldest first, for the test to let come up or fail. */
  readonly begun: (PromiseWithResolvers<RunningContainer> & { spec: ContainerSpec; lines: string[] })[] = []
  /** What happens when a container has been stopped, before the next is asked for. */
  onStopped: () => void = () => {}
  readonly starts = new Starts()
  readonly instances: Instances

  constructor() {
    const docker = {
      getContainer: (id: string) => this.#container(id.replace('firebreak-x-', '')),
      getNetwork: () => ({
        disconnect: ({ Container }: { Container: string }) =>
          this.#asked('leave', Container.replace('firebreak-x-', '')),
      }),
    } as unknown as Docker
    const starter = { begin: (spec: ContainerSpec) => this.#begin(spec) }
    this.instances = new Instances({ docker, starter, starts: this.starts })
  }

  #begin(spec: ContainerSpec) {
    const ready = Promise.withResolvers<RunningContainer>()
    const start = { ...ready, spec, lines: [] }
    this.begun.push(start)
    this.asked.push(`begin ${spec.service}`)
    this.states.set(spec.service, { Running: true, Paused: false, ExitCode: 0 })
    return { logs: () => start.lines, running: Promise.resolve(), ready: ready.promise }
  }

  /** Starts one that listens at once. */
  async start(service: string) {
    const spec = { stack: 'x', service, network: 'inside', command: ['run'], env: {}, memoryMiB: 256 }
    const plan = { spec: spec as unknown as ContainerSpec, upstream: `${service}:1` }
    const starting = this.instances.start({ ...plan, commandOf: build => ['run', build] })
    this.comesUp(this.begun.length - 1)
    return starting
  }

  comesUp(number: number): void {
    this.begun[number]?.resolve({ publishedPort: port => port, logs: () => [] })
  }

  #container(name: string) {
    const state = () => {
      const known = this.states.get(name)
      if (known) return known
      throw engineError(404, `No such container: ${name}`)
    }
    const end = (ExitCode: number) => this.states.set(name, { Running: false, Paused: false, ExitCode })
    return {
      inspect: async () => ({ State: { ...state(), OOMKilled: false } }),
      kill: () => this.#asked('kill', name).then(() => end(137)),
      stop: async () => {
        await this.#asked('stop', name)
        end(0)
        this.onStopped()
      },
      remove: () => this.#asked('remove', name).then(() => this.states.delete(name)),
      pause: async () => {
        await this.#asked('pause', name)
        if (state().Paused) throw engineError(409, `${name} is already paused`)
        state().Paused = true
      },
      unpause: () => this.#asked('unpause', name),
      update: (bounds: { Memory?: number }) =>
        this.#asked(bounds.Memory === undefined ? 'quota' : 'memory', name),
    }
  }

  async #asked(what: string, name: string): Promise<void> {
    this.asked.push(`${what} ${name}`)
    await new Promise(resolve => setTimeout(resolve, 5))
    this.asked.push(`${what} ${name} done`)
    const refusal = this.refusals.get(what)
    if (refusal) throw refusal
  }
}

async function engineWith(...names: string[]) {
  const engine = new FakeEngine()
  for (const name of names) await engine.start(name)
  engine.asked.length = 0
  return engine
}

describe('instances in containers', () => {
  test('change the networks one after the other, whoever they are', async () => {
    const { instances, asked } = await engineWith('a', 'b')
    await Promise.all([instances.restart('a'), instances.kill('b'), instances.isolate('b')])
    const steps = ['stop a', 'leave a', 'remove a', 'begin a', 'kill b', 'leave b']
    expect(asked.filter(line => !line.endsWith('done'))).toEqual(steps)
    // Each has ended before the next begins.
    expect(asked).toEqual(steps.flatMap(step => (step === 'begin a' ? [step] : [step, `${step} done`])))
  })

  test('are each done one thing to at a time', async () => {
    const { instances, asked } = await engineWith('a')
    await Promise.all([instances.pause('a'), instances.pause('a')])
    expect(asked).toEqual(['pause a', 'pause a done'])
    expect((await instances.status('a')).state).toBe('paused')
  })

  test('are killed without waiting for a start that never comes up', async () => {
    const engine = await engineWith('a')
    const { listening } = await engine.instances.restart('a', { build: 'slow', env: { X: '1' } })
    expect(engine.begun[1]?.spec).toMatchObject({ command: ['run', 'slow'], env: { X: '1' } })
    await engine.instances.kill('a')
    expect(await engine.instances.status('a')).toEqual({
      state: 'ended',
      ended: 'ended by SIGKILL',
      starts: 2,
    })
    engine.begun[1]?.reject(new StackError('a', 'ended with exit code 137'))
    await expect(listening).rejects.toThrow('exit code 137')
  })

  test('say of a start that was given up for another that this is why it failed', async () => {
    const engine = await engineWith('a')
    const first = await engine.instances.restart('a')
    // It ends by being stopped, before the other begins.
    engine.onStopped = () => engine.begun[1]?.reject(new StackError('a', 'ended with exit code 137'))
    const restarting = engine.instances.restart('a')
    await expect(first.listening).rejects.toThrow('was started again before it listened')
    const second = await restarting
    engine.comesUp(2)
    expect((await second.listening).upstream).toBe('a:1')
  })

  test('keep the lines of all their starts, also those that come late, and no more than 2,000', async () => {
    const engine = new FakeEngine()
    const { logs } = await engine.start('a')
    await engine.instances.restart('a')
    engine.begun[0]?.lines.push('late')
    engine.begun[1]?.lines.push('new')
    expect(logs()).toEqual(['late', 'new'])
    await engine.instances.restart('a')
    engine.begun[2]?.lines.push(...Array.from({ length: 1_999 }, (_, number) => String(number)))
    expect(logs().slice(0, 2)).toEqual(['new', '0'])
    expect(logs()).toHaveLength(2_000)
  })

  test('are not said to be off the network where the engine did not do it', async () => {
    const engine = await engineWith('a')
    engine.refusals.set('leave', engineError(500, 'the network driver is broken'))
    await expect(engine.instances.isolate('a')).rejects.toThrow(/a off its network: the network driver/)
    engine.refusals.set('leave', engineError(500, 'container a is not connected to network inside'))
    expect(await engine.instances.isolate('a')).toBe(true)
  })

  test('are not said to be limited where the engine did not do it', async () => {
    const engine = await engineWith('a')
    engine.refusals.set('memory', engineError(500, 'the engine is broken'))
    await expect(engine.instances.limit('a', { memoryMiB: 64 })).rejects.toThrow(HarnessError)
    expect(await engine.instances.status('a')).toEqual({ state: 'running', starts: 1 })
  })

  test('are killed where the kernel refuses a limit below what they have', async () => {
    const engine = await engineWith('a')
    engine.refusals.set('memory', engineError(500, 'unable to set memory limit: device or resource busy'))
    expect(await engine.instances.limit('a', { memoryMiB: 8 })).toBe('imitated')
    const limits = { memoryMiB: 8 }
    const ended = 'out of memory'
    expect(await engine.instances.status('a')).toEqual({ state: 'ended', ended, limits, starts: 1 })
  })

  test('are not changed once the stack is being stopped, which waits for what is being changed', async () => {
    const engine = await engineWith('a', 'b')
    const { instances, starts } = engine
    const killing = instances.kill('a')
    const restarting = instances.restart('b')
    await expect.poll(() => engine.asked).toContain('kill a')
    starts.refuse()
    await expect(restarting).rejects.toThrow(/being stopped/)
    expect(await starts.settle(5_000)).toBe(true)
    expect(engine.asked).toEqual(['kill a', 'kill a done'])
    await killing
    const late = [instances.restart('a'), instances.rejoin('a'), instances.isolate('a')]
    await Promise.all(late.map(change => expect(change).rejects.toThrow(/being stopped/)))
  })

  test('are refused by name where nobody has it', async () => {
    const { instances } = await engineWith('a')
    const vain = [instances.kill('z'), instances.restart('z'), instances.status('z')]
    await Promise.all(vain.map(act => expect(act).rejects.toThrow('no service z runs; there are: a')))
  })

  test('are left alone if another build of them is wanted that does not exist', async () => {
    const engine = new FakeEngine()
    const spec = { stack: 'x', service: 'db', command: [] } as unknown as ContainerSpec
    const started = engine.instances.start({ spec, upstream: 'db:1' })
    engine.comesUp(0)
    await started
    await expect(engine.instances.restart('db', { build: 'leaks' })).rejects.toThrow(/no other build/)
    expect(engine.asked).toEqual(['begin db'])
  })
})
