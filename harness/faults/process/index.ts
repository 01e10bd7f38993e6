/** The faults of the programs that run. */
export { cpuLimit } from './cpu-limit.ts'
export { crashLoop } from './crash-loop.ts'
export { kill } from './kill.ts'
export { memoryLimit } from './memory-limit.ts'
export { pause } from './pause.ts'
export { restart } from './restart.ts'
