import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import { never, proof, scene } from './scene.ts'

describe('playTimeline', () => {
  test('puts a fault on, asks for its evidence and takes it off, in that order and at its times', async () => {
    const { log, fault, play } = scene()
    const began = performance.now()
    const played = await play([[100, 250, fault('latency')]])
    expect(performance.now() - began).toBeGreaterThanOrEqual(395)
    expect(log).toEqual([
      'fault on: latency at feed -> auth',
      'latency on',
      'latency evidence',
      'latency undo',
      'fault off: latency at feed -> auth',
    ])
    expect(played).toMatchObject({ evidence: [proof('latency')], unproven: [] })
    const [window] = played.windows
    expect(window).toMatchObject({ fault: 'latency', target: 'feed -> auth' })
    // Timers may be a millisecond early.
    expect(window?.from).toBeGreaterThanOrEqual(98)
    expect(window?.until).toBeGreaterThanOrEqual(248)
  })

  test('measures a window from the injection to the end of its undo, as they were and not as planned', async () => {
    const { fault, play } = scene()
    const slow = fault('latency', { inject: () => sleep(80), undo: () => sleep(80) })
    const { windows } = await play([[50, 100, slow]])
    const { from, until } = windows[0] ?? { from: 0, until: 0 }
    expect(from).toBeGreaterThanOrEqual(48)
    expect(until - from).toBeGreaterThanOrEqual(156)
  })

  test('plays faults that overlap, each at its own times', async () => {
    const { log, fault, play } = scene()
    await play([
      [50, 350, fault('long')],
      [120, 200, fault('short')],
    ])
    expect(log.filter(line => / (on|undo)$/.test(line))).toEqual([
      'long on',
      'short on',
      'short undo',
      'long undo',
    ])
  })

  test('says which fault nothing speaks for', async () => {
    const { fault, play } = scene()
    const played = await play([
      [10, 60, fault('latency', { evidence: async () => [] })],
      [20, 60, fault('reset')],
    ])
    expect(played.unproven).toEqual(['latency at feed -> auth'])
    expect(played.evidence).toEqual([proof('reset')])
  })

  test('waits for its end without faults', async () => {
    const { log, play } = scene()
    const began = performance.now()
    expect(await play([], 200)).toEqual({
      windows: [],
      evidence: [],
      unproven: [],
      dirtyRecovery: [],
      faults: [],
    })
    expect(performance.now() - began).toBeGreaterThanOrEqual(198)
    expect(log).toEqual([])
  })

  test('takes off all that is on, in reverse order, when a later one cannot be put on, and says only that', async () => {
    const { log, fault, play } = scene()
    const refusing = fault('third', { inject: () => Promise.reject(new HarnessError('no such link')) })
    const began = performance.now()
    const played = play([
      [10, 5_000, fault('first')],
      [60, 5_000, fault('second')],
      [120, 5_000, refusing],
      [4_000, 5_000, fault('fourth')],
    ])
    await expect(played).rejects.toThrow(new HarnessError('no such link'))
    // It does not wait for the end of a timeline that has failed.
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(log.filter(line => / (on|undo)$/.test(line))).toEqual([
      'first on',
      'second on',
      'third on',
      'second undo',
      'first undo',
    ])
  })

  test('takes off one that comes on while another fails', async () => {
    const { log, fault, play } = scene()
    const failing = fault('failing', { inject: () => Promise.reject(new HarnessError('broken')) })
    const slow = fault('slow', { inject: () => sleep(100) })
    const played = play([
      [10, 300, slow],
      [40, 300, failing],
    ])
    await expect(played).rejects.toThrow(new HarnessError('broken'))
    expect(log.slice(-2)).toEqual(['slow undo', 'fault off: slow at feed -> auth'])
  })

  test('takes off one whose evidence cannot be had', async () => {
    const { log, fault, play } = scene()
    const blind = fault('latency', { evidence: () => Promise.reject(new HarnessError('no counters')) })
    await expect(play([[10, 60, blind]])).rejects.toThrow(new HarnessError('no counters'))
    expect(log.slice(-2)).toEqual(['latency undo', 'fault off: latency at feed -> auth'])
  })

  test.each([
    ['evidence', 'latency at feed -> auth gave no evidence within 150 ms'],
    ['inject', 'latency at feed -> auth could not be put on within 150 ms'],
  ] as const)('gives up on an %s that hangs, and takes the others off', async (step, message) => {
    const { log, fault, play } = scene()
    const played = play([
      [10, 5_000, fault('other')],
      [50, 80, fault('latency', { [step]: never })],
    ])
    await expect(played).rejects.toThrow(new HarnessError(message))
    expect(log.slice(-2)).toEqual(['other undo', 'fault off: other at feed -> auth'])
  })

  test('takes off those that end together in reverse order', async () => {
    const { log, fault, play } = scene()
    await play([
      [10, 150, fault('first', { undo: () => sleep(20) })],
      [60, 150, fault('third', { undo: () => sleep(20) })],
      [10, 150, fault('second', { undo: () => sleep(20) })],
    ])
    expect(log.filter(line => / (undo)$/.test(line))).toEqual(['third undo', 'second undo', 'first undo'])
  })

  test('puts one on only after the undo of the one before that held the same', async () => {
    const { log, fault, play } = scene()
    const holds = ['instance:auth-1']
    await play([
      [10, 80, fault('first', { holds, undo: () => sleep(100) })],
      [80, 300, fault('second', { holds })],
      [80, 300, fault('other')],
    ])
    expect(log.indexOf('second on')).toBeGreaterThan(log.indexOf('fault off: first at feed -> auth'))
    expect(log.indexOf('other on')).toBeLessThan(log.indexOf('fault off: first at feed -> auth'))
  })

  test('takes off one that comes on after it was given up', async () => {
    const { log, fault, play } = scene()
    await expect(play([[10, 60, fault('late', { inject: () => sleep(300) })]])).rejects.toThrow(
      'could not be put on',
    )
    await expect.poll(() => log).toContain('late undo')
  })
})
