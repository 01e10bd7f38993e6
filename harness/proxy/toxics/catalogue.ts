import type { ToxicType } from '../stage.ts'
import { latency } from './latency.ts'
import { noop } from './noop.ts'
import { resetPeer } from './reset_peer.ts'
import { timeout } from './timeout.ts'

/** Every toxic. To add one: write its file, and add it here. */
export const catalogue: readonly ToxicType[] = [latency, noop, resetPeer, timeout]
