/** The faults of keys and certificates. */
export { certificateExpired } from './certificate-expired.ts'
