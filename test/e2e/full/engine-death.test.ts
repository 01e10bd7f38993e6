/** The container engine goes away in the middle of a run. A relay in front of it stands in for it, and is cut. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openEngine } from '../../../harness/stack/containers/engine.ts'
import { describeWithEngine } from '../containers-support.ts'
import { everyLayer, layersOn } from '../every-layer.ts'
import { play, resultsIn } from '../played.ts'
import { Room } from '../room.ts'

/** Passes on what arrives at a new socket to the engine; `cut` ends all of it, as an engine that dies does. */
async function openRelay(path: string): Promise<{ cut(): Promise<void> }> {
  const { modem } = await openEngine()
  const engine = modem as { socketPath?: string; host?: string; port?: string | number }
  const open = new Set<Socket>()
  const relay = createServer(from => {
    const to =
      engine.socketPath === undefined
        ? connect(Number(engine.port), engine.host ?? 'localhost')
        : connect(engine.socketPath)
    for (const socket of [from, to]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        from.destroy()
        to.destroy()
      })
    }
    from.pipe(to).pipe(from)
  })
  relay.listen(path)
  await once(relay, 'listening')
  return {
    async cut() {
      relay.close()
      for (const socket of open) socket.destroy()
      await once(relay, 'close')
    },
  }
}

const doctorRemoves = async (room: Room, stack: string) => {
  expect(await room.leftovers()).not.toEqual([])
  // Its watchdog, too, cannot do anything; it gives up by itself.
  const doctor = await room.firebreakEnds(['doctor'])
  expect(doctor.output).toMatch(new RegExp(`removed +${stack}`))
  expect(doctor.code).toBe(0)
  await room.expectNothingLeft()
}

describeWithEngine('an engine that goes away in the middle of a run', () => {
  test('makes it a harness error that says so; doctor removes the rest once it is back', async () => {
    await using room = new Room()
    const socket = join(room.folder, 'engine.sock')
    const relay = await openRelay(socket)
    const args = ['calm', '--architecture', 'hardened', '--runtime', 'containers']
    const run = room.run(args, { DOCKER_HOST: `unix://${socket}` })
    await run.says(/steady state/, 120_000)
    const [stack = ''] = room.stacks()
    await relay.cut()

    const { code, output } = await run.ended
    expect(output).toMatch(/ERROR calm on hardened\n.*the engine could not look at/)
    expect(output).toContain('engine.sock')
    expect(output).toContain('firebreak doctor')
    expect(code).toBe(3)
    await doctorRemoves(room, stack)
  })

  test('leaves no fault of any layer held, and nothing that doctor does not find', async () => {
    await using room = new Room()
    const socket = join(room.folder, 'engine.sock')
    const relay = await openRelay(socket)
    const env = { DOCKER_HOST: `unix://${socket}` }
    const run = play(room, { 'every-layer': everyLayer }, { runtime: 'containers', env })
    await run.says(layersOn, 180_000)
    const [stack = ''] = room.stacks()
    await relay.cut()

    const { code, output } = await run.ended
    // What the faults did through the engine cannot be undone without it.
    expect(resultsIn(room).runs.map(({ verdict }) => verdict)).toEqual(['error'])
    expect(output).toContain('engine.sock')
    expect(code).not.toBe(0)
    await doctorRemoves(room, stack)
  })
})
