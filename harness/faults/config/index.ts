/** The faults of what the services are configured with. */
export { configDelayedFailure } from './config-delayed-failure.ts'
export { configEmpty } from './config-empty.ts'
export { configMalformed } from './config-malformed.ts'
export { configOscillating } from './config-oscillating.ts'
export { configOversized } from './config-oversized.ts'
export { configPush } from './config-push.ts'
