import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { LogTail } from '../../../../harness/stack/containers/log-tail.ts'

const longMs = 60_000

function followed() {
  const tail = new LogTail(/"listening"/)
  const stream = new PassThrough({ encoding: 'utf8' })
  tail.follow(stream)
  return { tail, stream, stop: new AbortController() }
}

describe('LogTail', () => {
  test('is ready once a line says so, also one that comes in pieces', async () => {
    const { tail, stream, stop } = followed()
    const readiness = tail.readiness(longMs, stop.signal)
    stream.write('starting\n{"event":"list')
    stream.write('ening"}\n')
    expect(await readiness).toBe('ready')
    expect(tail.lines()).toEqual(['starting', '{"event":"listening"}'])
  })

  test('has ended when its output ends first', async () => {
    const { tail, stream, stop } = followed()
    stream.end('no such role')
    expect(await tail.readiness(longMs, stop.signal)).toBe('ended')
    expect(tail.lines()).toEqual(['no such role'])
  })

  test('is late when it says nothing in time', async () => {
    const { tail, stop } = followed()
    expect(await tail.readiness(10, stop.signal)).toBe('late')
  })

  test('is given up when somebody says so, before or while it is waited for', async () => {
    const { tail, stop } = followed()
    const readiness = tail.readiness(longMs, stop.signal)
    stop.abort()
    expect(await readiness).toBe('given up')
    expect(await followed().tail.readiness(longMs, stop.signal)).toBe('given up')
  })
})
