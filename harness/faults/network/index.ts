/** The faults of what connects the services. */
export { latency } from './latency.ts'
export { reset } from './reset.ts'
export { timeout } from './timeout.ts'
