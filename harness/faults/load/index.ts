/** The faults of too much to do. */
export { greedyCaller } from './greedy-caller.ts'
export { loginStorm } from './login-storm.ts'
export { retryStorm } from './retry-storm.ts'
