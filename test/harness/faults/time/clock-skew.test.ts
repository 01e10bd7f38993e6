import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ScenarioError, StackError } from '../../../../harness/errors.ts'
import { clockSkew, injectClockSkew } from '../../../../harness/faults/time/clock-skew.ts'
import { nodeBinary, rootFolder } from '../../../../harness/stack/node-binary.ts'
import { Child } from '../../../../harness/stack/processes/child.ts'
import type { ServiceVersion } from '../../../../harness/stack/service-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { cellularFamily, family } from '../../../../harness/stack/topology.ts'

const hourMs = 3_600_000
/** Of two services only the first has a link of the harness. */
const names = ['config-1', 'config-2'] as const

/** Two real services, each a process, which can be started again with a build. */
async function startWorld() {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-clock-'))
  const running = new Map<string, Child>()
  const written = new Map<string, string[]>()
  const control: Record<string, string> = {}
  const starts: string[] = []
  let failing: string | undefined

  async function start(name: string, version: ServiceVersion = {}): Promise<void> {
    starts.push(`${name} ${version.build ?? 'as before'}`)
    if (version.build !== undefined && failing === name) throw new StackError(name, 'does not start')
    await running.get(name)?.end('SIGTERM')
    const { build, env = {} } = version
    const loaded =
      build === undefined ? [] : [`--import=${pathToFileURL(`${rootFolder}/harness/builds/${build}.ts`)}`]
    const child = new Child({
      service: name,
      command: nodeBinary(),
      args: ['--disable-warning=ExperimentalWarning', ...loaded, join(rootFolder, 'services/config/main.ts')],
      cwd: folder,
      env: {
        NAME: name,
        ROLE: 'config',
        ADMIN_TOKEN: 'a'.repeat(24),
        MITIGATIONS: '',
        DOCUMENTS: '{}',
        ...env,
      },
    })
    running.set(name, child)
    const port = await child.waitForLine(
      'listening',
      line => /"listening","port":(\d+)/.exec(line)?.[1],
      15_000,
    )
    written.set(name, [...(written.get(name) ?? []), ...child.logs()])
    if (name === names[0]) control[name] = `http://127.0.0.1:${port}`
  }

  for (const name of names) await start(name)
  starts.length = 0
  const kill = async (name: string) => running.get(name)?.end('SIGKILL')
  const services = { names, start, kill } as unknown as Stack['services']
  return {
    stack: { services, control, logs: () => Object.fromEntries(written) },
    starts,
    kill,
    fail: (name: string) => {
      failing = name
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.values()].map(child => child.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe('clockSkew', () => {
  test.each([
    [{ service: 'auth' }, 'skewMs'],
    [{ service: 'auth', skewMs: 0 }, 'cannot be seen from outside'],
    [{ service: 'auth', skewMs: 1_999 }, 'cannot be seen from outside'],
    [{ service: 'auth', skewMs: 24 * hourMs + 1 }, 'skewMs'],
    [{ service: 'auth', skewMs: 5_000.5 }, 'skewMs'],
    [{ service: '*', skewMs: 5_000 }, 'service'],
  ])('refuses %j', (params, problem) => {
    expect(() => clockSkew(params as never)).toThrow(ScenarioError)
    expect(() => clockSkew(params as never)).toThrow(problem)
  })

  test('is aimed at services, which it holds, and is imitated everywhere', () => {
    const fault = clockSkew({ service: 'auth', skewMs: -hourMs })
    expect(fault).toMatchObject({ kind: 'clock-skew', layer: 'time', target: 'auth', connections: 'cut' })
    expect(fault.runtimes).toEqual({
      containers: 'imitated',
      processes: 'imitated',
      simulation: 'imitated',
    })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['instance:auth-1', 'instance:auth-2'])
    expect(fault.holds(cellularFamily)).toEqual(['instance:auth-us-1', 'instance:auth-us-2'])
    expect(clockSkew({ service: 'sessions', skewMs: hourMs }).problems(family)).toEqual([
      "sessions is a database, which has the machine's clock; name a service",
    ])
    expect(clockSkew({ service: 'nobody', skewMs: hourMs }).problems(family)).toHaveLength(1)
  })

  test.each([hourMs, -2_500])(
    'puts the clocks wrong by %i ms, one after the other, and right again',
    async skewMs => {
      await using world = await startWorld()
      const injected = await injectClockSkew(names, skewMs, world.stack)
      expect(world.starts).toEqual(['config-1 skewed-clock', 'config-2 skewed-clock'])
      expect(await injected.evidence()).toEqual([
        {
          fault: 'clock-skew',
          target: 'config-1',
          witness: 'date of an answer of config-1',
          observed: expect.stringMatching(/^".* GMT" at \d{4}-.*Z here$/),
        },
        {
          fault: 'clock-skew',
          target: 'config-2',
          witness: 'log of config-2',
          observed: expect.stringMatching(/^"listens at \d{4}-.*Z" at \d{4}-.*Z here$/),
        },
      ])
      expect(await injected.remains?.()).toHaveLength(2)
      await injected.undo()
      expect(await injected.remains?.()).toEqual([])
      expect(await injected.evidence()).toEqual([])
      await injected.undo()
      expect(world.starts.slice(2)).toEqual(['config-1 as before', 'config-2 as before'])
    },
  )

  test('has no evidence of a service that was started with the right clock meanwhile', async () => {
    await using world = await startWorld()
    const injected = await injectClockSkew([names[0]], hourMs, world.stack)
    await world.stack.services.start(names[0])
    expect(await injected.evidence()).toEqual([])
  })

  test('puts right what it has put wrong when one service fails it', async () => {
    await using world = await startWorld()
    world.fail(names[1])
    await expect(injectClockSkew(names, hourMs, world.stack)).rejects.toThrow('config-2: does not start')
    expect(world.starts.slice(2).toSorted()).toEqual(['config-1 as before', 'config-2 as before'])
  })

  test('can be undone the hard way, even if a service is gone', async () => {
    await using world = await startWorld()
    const injected = await injectClockSkew([names[0]], hourMs, world.stack)
    await world.kill(names[0])
    await injected.undoHard?.()
    expect(await injected.remains?.()).toEqual([])
  })
})
