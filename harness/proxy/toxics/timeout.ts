import { int64 } from '../fields.ts'
import type { Stage, StageContext, ToxicType } from '../stage.ts'

/** `timeout` in ms. */
interface Attributes {
  timeout: number
}

/**
 * A black hole: discards everything, the end of the stream too. With a `timeout` over 0 it closes the connection
 * once that long has passed without data in its direction. Taking it away closes the connection: data was lost.
 */
function start(context: StageContext<Attributes>): Stage {
  const alarm = context.alarm(() => {
    context.touch(0)
    context.close()
  })

  function restart(): void {
    const { timeout } = context.attributes
    if (timeout > 0) alarm.set(performance.now() + timeout)
    else alarm.clear()
  }

  restart()
  return {
    write(chunk) {
      context.touch(chunk.data.length)
      restart()
    },
    end: () => context.touch(0),
    release: () => context.close(),
    full: () => false,
    update: restart,
  }
}

export const timeout: ToxicType<Attributes> = {
  type: 'timeout',
  goName: 'TimeoutToxic',
  attributes: { timeout: int64 },
  start,
}
