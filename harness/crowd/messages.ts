/** What the harness and a crowd in a process of its own say to each other. */
import type { CrowdHistory, CrowdOptions, Expiring, Recorded } from './crowd.ts'

/** Each is answered in turn with a reply of the same number. */
export type Command = { number: number } & (
  | { type: 'warm-up'; options: CrowdOptions }
  | { type: 'start'; beginsAtMs: number | undefined }
  | { type: 'take-load-off'; forMs: number }
  | { type: 'finish'; early: boolean }
)

export interface Replies {
  'warm-up': Expiring[]
  /** Where the timeline's zero is on the machine's monotonic clock, ns. */
  start: { zeroNs: bigint }
  'take-load-off': null
  /** All but what came in batches before. */
  finish: Omit<CrowdHistory, keyof Recorded> & { scheduleLagMs: number; cpuMs: number }
}

export type Word =
  | { type: 'done'; number: number; value: unknown }
  | { type: 'failed'; number: number; message: string; isHarness: boolean }
  /** What has been written down since the last batch. */
  | { type: 'recorded'; batch: Recorded }
