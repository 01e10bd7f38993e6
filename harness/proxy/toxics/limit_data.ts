import { int64 } from '../fields.ts'
import type { Stage, StageContext, ToxicType } from '../stage.ts'

/** How many `bytes` may pass. */
interface Attributes {
  bytes: number
}

/**
 * Passes exactly so many bytes of its direction on each connection, then closes the connection; reaching the limit
 * is enough. What has passed is counted from when the toxic came, and still counts after a change of the limit.
 */
function start(context: StageContext<Attributes>): Stage {
  let passedBytes = 0
  let over = false

  return {
    write({ data, receivedAt }) {
      const allowed = Math.max(0, context.attributes.bytes - passedBytes)
      const passed = over ? data.subarray(0, 0) : data.subarray(0, allowed)
      passedBytes += passed.length
      if (passed.length > 0) context.pass({ data: passed, receivedAt })
      if (data.length < allowed) return
      context.touch(data.length - passed.length)
      over = true
      context.hangUp()
    },
    end: () => context.end(),
    release: () => {},
    full: () => over || context.outputFull,
  }
}

export const limitData: ToxicType<Attributes> = {
  type: 'limit_data',
  goName: 'LimitDataToxic',
  attributes: { bytes: int64 },
  start,
}
