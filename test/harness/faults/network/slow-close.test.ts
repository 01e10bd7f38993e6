import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { slowClose } from '../../../../harness/faults/network/slow-close.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startWorld } from '../support.ts'

/** Asks once on a connection that the answerer is to end: when the answer was there, and when the end. */
async function endOf(world: Awaited<ReturnType<typeof startWorld>>) {
  const [host = '', port] = world.proxy.listenOf('feed-to-auth').split(':')
  const socket = connect({ host, port: Number(port) })
  const began = performance.now()
  let answeredMs = Number.NaN
  socket.once('data', () => {
    answeredMs = performance.now() - began
  })
  socket.write('GET / HTTP/1.1\r\nHost: auth\r\nConnection: close\r\n\r\n')
  await new Promise(resolve => socket.once('end', resolve))
  socket.destroy()
  return { answeredMs, endedMs: performance.now() - began }
}

const fault = slowClose({ link: 'feed -> auth', closeAfterMs: 400 })

describe('slow-close', () => {
  test.each([
    [{ link: 'feed -> auth' }, 'closeAfterMs'],
    [{ link: 'feed -> auth', closeAfterMs: 0 }, 'closeAfterMs'],
    [{ link: 'feed -> auth', closeAfterMs: 1, delay: 1 }, 'delay'],
  ])('refuses %j', (params, problem) => {
    expect(() => slowClose(params as never)).toThrow(ScenarioError)
    expect(() => slowClose(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must be there', () => {
    expect(fault).toMatchObject({ kind: 'slow-close', layer: 'network', target: 'feed -> auth' })
    expect(fault.problems(family)).toEqual([])
    expect(slowClose({ link: 'feed -> rival', closeAfterMs: 400 }).problems(family)).toEqual([
      expect.stringContaining('no link "feed -> rival"'),
    ])
  })

  test('passes answers on at once and their end late, and no more after its undo', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    const late = await endOf(world)
    expect(late.answeredMs).toBeLessThan(400)
    expect(late.endedMs).toBeGreaterThanOrEqual(390)
    await injected.undo()
    await injected.undo()
    expect((await endOf(world)).endedMs).toBeLessThan(late.endedMs)
    expect(await world.proxy.toxics()).toEqual([])
  })

  test('has evidence once a connection was slow to end, not before', async () => {
    await using world = await startWorld()
    const injected = await fault.inject(world.stack)
    const ask = world.caller('feed-to-auth')
    await ask()
    expect(await injected.evidence()).toEqual([])
    await endOf(world)
    expect(await injected.evidence()).toEqual([
      {
        fault: 'slow-close',
        target: 'feed -> auth',
        witness: 'fault proxy',
        observed: '1 connection and 0 bytes touched',
      },
    ])
  })
})
