/** How faults come off that do not want to, and a timeline that does not come to its end. */
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import { CutShort } from '../../../harness/run/cut-short.ts'
import { never, scene } from './scene.ts'

describe('an undo', () => {
  test('tries an undo that failed once more, which is as good', async () => {
    const { log, fault, play } = scene()
    let tries = 0
    const stumbling = fault('latency', {
      undo: async () => {
        tries += 1
        if (tries === 1) throw new HarnessError('proxy away')
      },
    })
    const played = await play([[10, 60, stumbling]])
    expect(played.dirtyRecovery).toEqual([])
    expect(log.filter(line => line.startsWith('latency undo'))).toEqual(['latency undo', 'latency undo'])
  })

  test.each([
    ['rejects', () => Promise.reject(new HarnessError('proxy away')), 'proxy away'],
    ['hangs', never, 'latency at feed -> auth could not be undone within 150 ms'],
  ])('takes the hard way where an undo %s twice, and says why', async (_, undo, why) => {
    const { log, fault, play } = scene()
    const played = await play([[10, 60, fault('latency', { undo })]])
    expect(played.dirtyRecovery).toEqual([`latency at feed -> auth: ${why}`])
    expect(log.filter(line => line.startsWith('latency undo'))).toEqual([
      'latency undo',
      'latency undo',
      'latency undo hard',
    ])
    expect(log.at(-1)).toBe(`fault off the hard way: latency at feed -> auth: ${why}`)
    expect(played.windows).toHaveLength(1)
  })

  test('says everything that went wrong in one error, and keeps each as its cause', async () => {
    const { log, fault, play } = scene()
    const lost = () => Promise.reject(new HarnessError('stuck for good'))
    const stuck = fault('stuck', { undo: lost, undoHard: lost })
    const dirty = fault('dirty', { undo: lost })
    const failing = fault('failing', { inject: () => Promise.reject(new HarnessError('no such link')) })
    const error: unknown = await play([
      [10, 300, stuck],
      [20, 300, dirty],
      [50, 300, failing],
    ]).catch(thrown => thrown)
    expect(error).toBeInstanceOf(HarnessError)
    expect(String((error as Error).message).split('; ')).toEqual([
      'no such link',
      'stuck at feed -> auth: stuck for good',
      'and the hard way failed, too: stuck for good',
      'recovered the hard way: dirty at feed -> auth: stuck for good',
    ])
    expect((error as HarnessError).cause).toBeInstanceOf(AggregateError)
    // Each once: what is lost is not tried again and again.
    expect(log.filter(line => line === 'stuck undo hard')).toHaveLength(1)
  })
})

describe('a timeline cut short', () => {
  test('takes off at once what is on, in reverse order, and skips the rest', async () => {
    const { log, fault, play } = scene()
    const stop = new AbortController()
    setTimeout(() => stop.abort(new CutShort('the control app is harmed')), 150)
    const began = performance.now()
    const played = await play(
      [
        [10, 5_000, fault('first')],
        [60, 5_000, fault('second')],
        [4_000, 5_000, fault('later')],
      ],
      6_000,
      stop.signal,
    )
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(played).toMatchObject({ cutShort: 'the control app is harmed', evidence: [], unproven: [] })
    expect(played.windows.map(({ fault: kind }) => kind)).toEqual(['second', 'first'])
    expect(log.filter(line => / (on|undo)$/.test(line))).toEqual([
      'first on',
      'second on',
      'second undo',
      'first undo',
    ])
  })

  test('before it began puts nothing on', async () => {
    const { log, fault, play } = scene()
    const played = await play([[10, 60, fault('first')]], 100, AbortSignal.abort(new CutShort('no')))
    expect(played).toMatchObject({ cutShort: 'no', windows: [] })
    expect(log).toEqual([])
  })

  test('by a mistake rejects with it, after the undo', async () => {
    const { log, fault, play } = scene()
    const stop = new AbortController()
    setTimeout(() => stop.abort(new TypeError('x is not a function')), 100)
    await expect(play([[10, 5_000, fault('first')]], 6_000, stop.signal)).rejects.toThrow(
      'x is not a function',
    )
    expect(log).toContain('first undo')
  })

  test('still takes the hard way where it has to', async () => {
    const { fault, play } = scene()
    const stop = new AbortController()
    setTimeout(() => stop.abort(new CutShort('interrupted')), 60)
    const played = await play([[10, 5_000, fault('first', { undo: never })]], 6_000, stop.signal)
    expect(played).toMatchObject({
      cutShort: 'interrupted',
      dirtyRecovery: ['first at feed -> auth: first at feed -> auth could not be undone within 150 ms'],
    })
  })
})
