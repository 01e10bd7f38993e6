/** autocannon as a generator: `cannon.ts <door> <seconds>`. Says what it did and what it cost. */
import autocannon from 'autocannon'

const [door = '', seconds = '5'] = process.argv.slice(2)
const before = process.cpuUsage()
const { requests, latency } = await autocannon({
  url: door,
  connections: 50,
  duration: Number(seconds),
  headers: { cookie: 'sid=1', host: 'feed.us.localhost' },
})
const { user, system } = process.cpuUsage(before)
process.send?.({ requests: requests.total, cpuMs: (user + system) / 1_000, p99Ms: latency.p99 })
process.once('disconnect', () => process.exit(0))
