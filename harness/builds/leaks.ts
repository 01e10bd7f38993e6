/** A build that keeps what it should let go: LEAK_MIB_PER_S, up to LEAK_MAX_MIB, so that the machine is never at stake. */
import { announce, told } from './announce.ts'

const perSecond = told('LEAK_MIB_PER_S', 1_024)
const maxMiB = told('LEAK_MAX_MIB', 1_024)
announce('leaks', { mibPerSecond: perSecond, maxMiB })

const everyMs = 100
const kept: Buffer[] = []
let keptMiB = 0
const timer = setInterval(() => {
  const mib = Math.min((perSecond * everyMs) / 1_000, maxMiB - keptMiB)
  if (mib <= 0) return clearInterval(timer)
  // Filled: memory that was never written to is not taken.
  kept.push(Buffer.alloc(Math.ceil(mib * 1024 * 1024), 1))
  keptMiB += mib
}, everyMs)
timer.unref()
