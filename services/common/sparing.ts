/** Says of each key once a second that its turn is: for log lines about what happens to every request. */

const intervalMs = 1_000

/** Gives the number held back since the last one of a key, or undefined for one to hold back. */
export function createSparing(): (key: string) => number | undefined {
  const last = new Map<string, { atMs: number; heldBack: number }>()
  return key => {
    const entry = last.get(key)
    if (entry !== undefined && Date.now() - entry.atMs < intervalMs) {
      entry.heldBack += 1
      return undefined
    }
    last.set(key, { atMs: Date.now(), heldBack: 0 })
    return entry?.heldBack ?? 0
  }
}
