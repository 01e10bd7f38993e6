import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { onStopRequests } from '../../../harness/cli/stop-requests.ts'

function scene() {
  const log: string[] = []
  const target = new EventEmitter()
  const leave = onStopRequests(
    {
      inOrder: signal => void log.push(`in order: ${signal}`),
      atOnce: signal => void log.push(`at once: ${signal}`),
    },
    target as unknown as NodeJS.Process,
  )
  return { log, leave, target, send: (signal: string) => target.emit(signal, signal) }
}

describe('onStopRequests', () => {
  test.each(['SIGINT', 'SIGTERM'])('takes %s once for a stop in order', signal => {
    const { log, send } = scene()
    send(signal)
    expect(log).toEqual([`in order: ${signal}`])
  })

  test('takes an echo of the first for what it is, and a second one for a stop at once', async () => {
    const { log, send } = scene()
    send('SIGINT')
    send('SIGINT')
    expect(log).toEqual(['in order: SIGINT'])
    await sleep(600)
    send('SIGTERM')
    send('SIGTERM')
    expect(log).toEqual(['in order: SIGINT', 'at once: SIGTERM'])
  })

  test('leaves off when it is told to', () => {
    const { leave, target } = scene()
    leave()
    expect(target.eventNames()).toEqual([])
  })
})
