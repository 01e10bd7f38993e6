/** A build that serves well until a request comes that it cannot bear: the CRASH_AT_REQUEST-th. */
import { subscribe } from 'node:diagnostics_channel'
import { announce, told } from './announce.ts'

const atRequest = told('CRASH_AT_REQUEST', 1_000_000)
announce('crashes-on-request', { atRequest })

let requests = 0
subscribe('http.server.request.start', () => {
  requests += 1
  if (requests === atRequest) throw new Error(`this build crashes at request ${atRequest}`)
})
