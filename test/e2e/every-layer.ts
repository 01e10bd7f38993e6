/** A scenario with a fault of every layer on at once. */
import { urlOf } from './played.ts'

export const everyLayer = `
import {
  clockSkew, configPush, greedyCaller, keyRemoved, latency, pause, scenario, slowStart, storeReadOnly,
} from ${urlOf('harness/index.ts')}

const faults = [
  latency({ link: 'feed -> auth', latencyMs: 20 }),
  pause({ service: 'messenger' }),
  configPush({ service: 'photos', change: { graceMs: 50_000 } }),
  slowStart({ service: 'chat', startMs: 600_000 }),
  storeReadOnly({ store: 'rival-sessions' }),
  keyRemoved({ emergency: true }),
  clockSkew({ service: 'ads', skewMs: 3_600_000 }),
  greedyCaller({ app: 'messenger-api', region: 'us', requestsPerSecond: 20, at: 'token' }),
]
export default scenario({
  title: 'A fault of every layer at once',
  cause: 'network',
  scope: [{}],
  faults: [
    ...faults.map(fault => ({ at: '1s', for: '11s', fault })),
    // Comes when all others are on, which is how the test knows.
    { at: '9s', for: '3s', fault: latency({ link: 'feed -> config', latencyMs: 20 }) },
  ],
  duration: '13s',
  verdict: { hardened() {} },
})
`

/** What is said when all of it is on. */
export const layersOn = /fault on: latency at feed -> config/
