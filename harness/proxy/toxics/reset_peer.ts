import { ChunkQueue } from '../chunk-queue.ts'
import { int64 } from '../fields.ts'
import type { Stage, StageContext, ToxicType } from '../stage.ts'

/** `timeout` in ms. */
interface Attributes {
  timeout: number
}

/**
 * Resets the connection `timeout` after the first data, or the end, of its direction. An idle connection stays.
 * What comes meanwhile is held, so that taking the toxic away in time loses nothing.
 */
function start(context: StageContext<Attributes>): Stage {
  const held = new ChunkQueue()
  let ended = false
  let startedAt: number | undefined

  const alarm = context.alarm(() => {
    context.touch(held.bytes)
    context.reset()
  })

  function arm(): void {
    startedAt ??= performance.now()
    alarm.set(startedAt + Math.max(0, context.attributes.timeout))
  }

  return {
    write(chunk) {
      held.push(chunk, chunk.receivedAt)
      arm()
    },
    end() {
      ended = true
      arm()
    },
    release() {
      for (const chunk of held.drain()) context.pass(chunk)
      if (ended) context.end()
    },
    full: () => startedAt !== undefined,
    resume: () => {},
    update() {
      if (startedAt !== undefined) arm()
    },
  }
}

export const resetPeer: ToxicType<Attributes> = {
  type: 'reset_peer',
  goName: 'ResetToxic',
  attributes: { timeout: int64 },
  start,
}
