/** A build that takes its time before it listens: SLOW_START_MS. */
import { setTimeout as sleep } from 'node:timers/promises'
import { announce, told } from './announce.ts'

const startMs = told('SLOW_START_MS', 600_000)
announce('slow-start', { startMs })
await sleep(startMs)
