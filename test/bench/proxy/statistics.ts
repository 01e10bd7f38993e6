/** Numbers from measurements, and from what the kernel says about a process. */

/** The value that a share (0 to 1) of the values does not exceed: nearest rank. NaN of nothing. */
export function percentile(values: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The one in the middle, or the mean of the two there. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** What a `/proc/<pid>/stat` says of CPU time in user and kernel mode, s. Its grain is 10 ms. */
export function cpuSecondsIn(stat: string): number {
  // The program's name is in brackets, and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Linux tells every user-space program 100, whatever the kernel's own clock. */
const ticksPerSecond = 100

/** What a `/proc/<pid>/status` says of resident memory, MiB. */
export function residentMiBIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024
}

/** How many delays there were, and how they were spread, each beyond what was asked for. */
export function delaySummary(roundTripsMs: readonly number[], askedMs: number, bareMs: number) {
  const beyond = roundTripsMs.map(each => each - askedMs)
  return {
    /** Beyond what was asked for and what the way itself takes. */
    p50: percentile(beyond, 0.5) - bareMs,
    p99: percentile(beyond, 0.99) - bareMs,
    /** Of the shortest, way included: below 0 it was early. */
    min: percentile(beyond, 0),
    samples: roundTripsMs.length,
  }
}
