/** A scenario with a fault of every layer on at once. */
import { urlOf } from './played.ts'

export const everyLayer = `
import {
  clockSkew, configPush, greedyCaller, keyRemoved, latency, pause, scenario, slowStart, storeReadOnly,
} from ${urlOf('harness/index.ts')}

const faults = [
  // Those that start something anew take longest.
  slowStart({ service: 'chat', startMs: 600_000 }),
  clockSkew({ service: 'ads', skewMs: 3_600_000 }),
  keyRemoved({ emergency: true }),
  storeReadOnly({ store: 'rival-sessions' }),
  latency({ link: 'feed -> auth', latencyMs: 20 }),
  pause({ service: 'messenger' }),
  configPush({ service: 'photos', change: { graceMs: 50_000 } }),
  greedyCaller({ app: 'messenger-api', region: 'us', requestsPerSecond: 20, at: 'token' }),
]
export default scenario({
  title: 'A fault of every layer at once',
  cause: 'network',
  scope: [{}],
  faults: [
    // One after the other, so that a slow machine gets all of them on.
    ...faults.map((fault, index) => ({ at: \`\${1_000 + index * 800}ms\`, for: \`\${13_000 - index * 800}ms\`, fault })),
    // Comes when all others are on, which is how the test knows.
    { at: '11s', for: '3s', fault: latency({ link: 'feed -> config', latencyMs: 20 }) },
  ],
  duration: '15s',
  verdict: { hardened() {} },
})
`

/** What is said when all of it is on. */
export const layersOn = /fault on: latency at feed -> config/
