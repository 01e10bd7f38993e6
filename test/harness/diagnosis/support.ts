/** Records as a prober would have made them, and doors that play every answer. */
import type { ProbeKind, ProbeOutcome, Stages, Target } from '../../../harness/diagnosis/probe.ts'
import type { ProbeRecord } from '../../../harness/diagnosis/prober.ts'

export const apps = ['feed', 'photos']
export const regions = ['eu', 'us']

export function targetAt(door: string): Target {
  return { app: 'feed', region: 'us', door }
}

const good = {
  anonymous: { kind: 'answered', status: 200, answer: 'signed-out' },
  'signed-in': { kind: 'answered', status: 200, answer: 'signed-in' },
} as const satisfies Record<ProbeKind, ProbeOutcome>

export function stagesOf(total: number, more: Partial<Stages> = {}): Stages {
  return { dns: 'by-address', connect: 1, tls: 'off', firstByte: total - 2, total, ...more }
}

export function record(given: Partial<ProbeRecord> = {}): ProbeRecord {
  const kind = given.kind ?? 'anonymous'
  return { at: 0, app: 'feed', region: 'us', kind, stages: stagesOf(6), outcome: good[kind], ...given }
}

/** A record in place of a good one, or undefined to leave it as it is. */
export type Change = (
  record: ProbeRecord,
  index: number,
) => Pick<ProbeRecord, 'outcome'> | Pick<ProbeRecord, 'stages'> | undefined

/** Every 100 ms one probe: the kinds in turn, then the apps, then the regions. */
export function series(from: number, count: number, change: Change = () => undefined): ProbeRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = index % 2 === 0 ? 'anonymous' : 'signed-in'
    const app = apps[Math.floor(index / 2) % apps.length] ?? ''
    const region = regions[Math.floor(index / 2 / apps.length) % regions.length] ?? ''
    const plain = record({ at: from + index * 100, app, region, kind })
    return { ...plain, ...change(plain, index) }
  })
}
