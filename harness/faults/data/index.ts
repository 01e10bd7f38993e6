/** The faults of what is stored. */
export { corruptOnTouch } from './corrupt-on-touch.ts'
export { massRevocation } from './mass-revocation.ts'
export { replicaLag } from './replica-lag.ts'
export { settingInvalid } from './setting-invalid.ts'
export { slowStore } from './slow-store.ts'
export { storeLost } from './store-lost.ts'
export { storeReadOnly } from './store-read-only.ts'
