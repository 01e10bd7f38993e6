/** Ctrl-C, and what asks for the same: once to stop in order, twice to stop at once. */

const signals = ['SIGINT', 'SIGTERM'] as const
export type StopSignal = (typeof signals)[number]

/** npm and terminals may each pass on one and the same Ctrl-C: what comes so soon after the first is its echo, ms. */
const echoMs = 500

export interface StopHandlers {
  /** The first time. */
  inOrder(signal: StopSignal): void
  /** The second time: now. Not called again. */
  atOnce(signal: StopSignal): void
}

/** Listens to a process (this one); call what it gives to leave off. */
export function onStopRequests(
  handlers: StopHandlers,
  target: Pick<NodeJS.Process, 'on' | 'off'> = process,
): () => void {
  let firstAt: number | undefined
  let isOver = false
  const heard = (signal: NodeJS.Signals) => {
    const asked = signals.find(each => each === signal)
    if (asked === undefined || isOver) return
    if (firstAt === undefined) {
      firstAt = performance.now()
      handlers.inOrder(asked)
    } else if (performance.now() - firstAt >= echoMs) {
      isOver = true
      handlers.atOnce(asked)
    }
  }
  for (const signal of signals) target.on(signal, heard)
  return () => {
    for (const signal of signals) target.off(signal, heard)
  }
}
