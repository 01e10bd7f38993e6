/** A build that starts well, is healthy, and crashes CRASH_AFTER_MS after it began to listen. */
import { tracingChannel } from 'node:diagnostics_channel'
import { announce, told } from './announce.ts'

const afterMs = told('CRASH_AFTER_MS', 600_000)
announce('crashes-later', { afterMs })

let isCounting = false
tracingChannel('net.server.listen').asyncEnd.subscribe(() => {
  if (isCounting) return
  isCounting = true
  setTimeout(() => {
    throw new Error(`this build crashes ${afterMs} ms after it began to listen`)
  }, afterMs)
})
