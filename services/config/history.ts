/** The versions of one document. */
export interface Version {
  version: number
  value: unknown
  /** When it was pushed, ms since the epoch. */
  at: number
  /** Length as JSON. */
  bytes: number
  /** Whether it has ever been what everybody was to run. */
  promoted: boolean
}

export const versionsMax = 100
export const historyBytesMax = 8 * 1024 * 1024

/** Adds a version; the number is the next one. `keep`: versions that may not be forgotten, however old. */
export function appended(
  history: readonly Version[],
  value: unknown,
  { at, keep }: { at: number; keep: readonly number[] },
): Version[] {
  const version = (history.at(-1)?.version ?? 0) + 1
  const bytes = bytesOf(value)
  return pruned([...history, { version, value, at, bytes, promoted: false }], [...keep, version])
}

/** Forgets the oldest while there are too many or too much of them. */
function pruned(history: Version[], keep: readonly number[]): Version[] {
  let count = history.length
  let bytes = history.reduce((sum, version) => sum + version.bytes, 0)
  return history.filter(version => {
    const fits = count <= versionsMax && bytes <= historyBytesMax
    if (fits || keep.includes(version.version)) return true
    count -= 1
    bytes -= version.bytes
    return false
  })
}

export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
