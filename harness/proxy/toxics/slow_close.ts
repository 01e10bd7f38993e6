import { int64 } from '../fields.ts'
import type { Stage, StageContext, ToxicType } from '../stage.ts'

/** `delay` in ms. */
interface Attributes {
  delay: number
}

/** Leaves data alone, and passes the end of the stream on `delay` later. A change of it starts the wait again. */
function start(context: StageContext<Attributes>): Stage {
  let ended = false
  const alarm = context.alarm(() => context.end())

  function wait(): void {
    alarm.set(performance.now() + Math.max(0, context.attributes.delay))
  }

  return {
    write: chunk => context.pass(chunk),
    end() {
      ended = true
      context.touch(0)
      wait()
    },
    release() {
      if (ended) context.end()
    },
    update() {
      if (ended) wait()
    },
  }
}

export const slowClose: ToxicType<Attributes> = {
  type: 'slow_close',
  goName: 'SlowCloseToxic',
  attributes: { delay: int64 },
  start,
}
