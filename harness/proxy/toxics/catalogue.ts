import type { ToxicType } from '../stage.ts'
import { bandwidth } from './bandwidth.ts'
import { http } from './http.ts'
import { latency } from './latency.ts'
import { limitData } from './limit_data.ts'
import { noop } from './noop.ts'
import { resetPeer } from './reset_peer.ts'
import { slicer } from './slicer.ts'
import { slowClose } from './slow_close.ts'
import { timeout } from './timeout.ts'

/** Every toxic. To add one: write its file, and add it here. */
export const catalogue: readonly ToxicType[] = [
  bandwidth,
  http,
  latency,
  limitData,
  noop,
  resetPeer,
  slicer,
  slowClose,
  timeout,
]
