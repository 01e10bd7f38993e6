/**
 * A fault of every layer is on, all at once, when a run is struck: nothing of it stays on this machine, and its verdict is
 * an error or not proven, never held. (An engine that goes away: engine-death.test.ts.)
 */
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../../harness/stack/containers/engine.ts'
import type { RealRuntime } from '../../../harness/stack/driver.ts'
import { describeOnRuntimes } from '../containers-support.ts'
import { everyLayer, layersOn } from '../every-layer.ts'
import { play, resultsIn } from '../played.ts'
import { kill, Room, type Run } from '../room.ts'

const proxyProgram = /harness\/proxy\/main\.ts/

interface Strike {
  title: string
  strike(room: Room, run: Run, runtime: RealRuntime): Promise<void> | void
  /** Whether the run itself goes on, and says at its end what became of it. */
  hasResults: boolean
  /** On containers only what differs there from what cleanup.test.ts shows: a stack takes long to start. */
  onContainers: boolean
}

const strikes: Strike[] = [
  {
    title: 'SIGINT',
    strike: (_room, run) => run.signal('SIGINT'),
    hasResults: true,
    onContainers: false,
  },
  {
    title: 'SIGTERM',
    strike: (_room, run) => run.signal('SIGTERM'),
    hasResults: false,
    onContainers: false,
  },
  {
    title: 'SIGKILL of the harness',
    strike: room => kill(room.owner(), 'SIGKILL'),
    hasResults: true,
    onContainers: true,
  },
  {
    title: 'the death of all targets',
    async strike(room, _run, runtime) {
      // Of each layer that acts on an instance: paused, limited, replaced by another version, with another clock.
      for (const name of ['messenger', 'chat', 'ads', 'rival-sessions']) await end(room, name, runtime)
    },
    hasResults: true,
    onContainers: true,
  },
  {
    title: 'the death of the fault proxy',
    strike: (room, _run, runtime) => end(room, 'proxy', runtime),
    hasResults: true,
    onContainers: false,
  },
]

describe.skipIf(process.platform !== 'linux')('with a fault of every layer on', () => {
  describeOnRuntimes(runtime => {
    test.each(strikes.filter(({ onContainers }) => onContainers || runtime === 'processes'))(
      'nothing stays after $title, and nothing held',
      async ({ strike, hasResults }) => {
        await using room = new Room()
        const run = play(room, { 'every-layer': everyLayer }, { runtime })
        await run.says(layersOn, 180_000)
        await strike(room, run, runtime)
        const ended = await run.ended
        await room.expectNothingLeft()
        expect(ended.output).not.toMatch(/every-layer +\w+ +held/)
        expect(ended.code).not.toBe(0)
        if (hasResults) {
          const { runs } = resultsIn(room)
          for (const { verdict } of runs) expect(['error', 'not-proven']).toContain(verdict)
        }
      },
    )
  })
})

/** Ends a service at once, behind everybody's back. */
async function end(room: Room, service: string, runtime: RealRuntime): Promise<void> {
  const [stack = ''] = room.stacks()
  if (runtime === 'containers') {
    const container = (await openEngine()).getContainer(`firebreak-${stack}-${service}`)
    return void (await container.kill({ signal: 'SIGKILL' }).catch(() => container.remove({ force: true })))
  }
  const pids = service === 'proxy' ? room.find(proxyProgram) : room.processesOf(service)
  expect(pids).not.toEqual([])
  for (const pid of pids) kill(pid, 'SIGKILL')
}
