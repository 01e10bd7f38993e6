/** The faults of keys and certificates. */
export { certificateExpired } from './certificate-expired.ts'
export { keyRemoved } from './key-removed.ts'
export { keyTooEarly } from './key-too-early.ts'
