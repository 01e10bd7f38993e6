/**
 * How a worker tells the reporter what a run looks like while it goes on: as lines of its output that nobody else would
 * write. Only where somebody looks at a terminal; nothing is judged by it, and a line that is lost is no loss.
 */
import type { LiveSnapshot } from '../run/live-progress.ts'

const mark = '\u0001firebreak '

/** To be asked for before the workers start: they inherit it. */
export function wantLive(): void {
  process.env.FIREBREAK_LIVE = '1'
}

export function isLiveWanted(): boolean {
  return process.env.FIREBREAK_LIVE === '1'
}

export function tellLive(snapshot: LiveSnapshot): void {
  process.stdout.write(`${mark}${JSON.stringify(snapshot)}\n`)
}

/** The last one in a piece of output; undefined where it is something else. */
export function snapshotIn(chunk: string): LiveSnapshot | undefined {
  if (!chunk.startsWith(mark)) return undefined
  const last = chunk.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(last.slice(mark.length)) as LiveSnapshot
  } catch {
    return undefined
  }
}
