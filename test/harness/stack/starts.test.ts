import { describe, expect, test } from 'vitest'
import { StackError } from '../../../harness/errors.ts'
import { Starts } from '../../../harness/stack/starts.ts'

describe('Starts', () => {
  test('gives what a start gives, and its error', async () => {
    const starts = new Starts()
    expect(await starts.run('a', async () => 1)).toBe(1)
    await expect(starts.run('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await starts.settle()).toBe(true)
  })

  test('waits for all that are under way, good or bad', async () => {
    const starts = new Starts()
    const good = Promise.withResolvers<void>()
    const bad = Promise.withResolvers<void>()
    const ended = [starts.run('a', () => good.promise), starts.run('b', () => bad.promise).catch(() => {})]
    let settled: boolean | undefined
    const settling = starts.settle().then(any => {
      settled = any
    })
    good.resolve()
    await ended[0]
    expect(settled).toBeUndefined()
    bad.reject(new Error('no'))
    await settling
    expect(settled).toBe(true)
  })

  test('waits no longer than it is told', async () => {
    const starts = new Starts()
    const start = Promise.withResolvers<void>()
    const ended = starts.run('a', () => start.promise)
    expect(await starts.settle(10)).toBe(false)
    start.resolve()
    await ended
    expect(await starts.settle(10)).toBe(true)
  })

  test('tells what is under way that it refuses', async () => {
    const starts = new Starts()
    const told = starts.run('a', async () => {
      await new Promise(resolve => starts.signal.addEventListener('abort', resolve))
      starts.check('a')
    })
    expect(starts.signal.aborted).toBe(false)
    starts.refuse()
    await expect(told).rejects.toThrow(/^a: .*being stopped/)
  })

  test('lets none begin once it refuses, naming the service', async () => {
    const starts = new Starts()
    starts.refuse()
    let began = false
    const start = starts.run('late', async () => {
      began = true
    })
    await expect(start).rejects.toThrow(StackError)
    await expect(start).rejects.toThrow(/^late: .*being stopped/)
    expect(began).toBe(false)
  })
})
