/** What of a document outlives the process: its versions, and the rollout but for its clocks and counts. */
import { z } from 'zod'
import type { Version } from './history.ts'
import type { Rollout, RolloutState } from './rollout.ts'

const whole = z.number().int().min(0)
const memberSchema = z.strictObject({ client: z.string(), stage: whole, applied: z.boolean() })
const rolloutSchema = z.strictObject({
  version: whole,
  stages: z.array(z.string()).min(1),
  stage: whole,
  revisions: z.array(whole),
  members: z.array(memberSchema),
})
const endedSchema = z.strictObject({
  version: whole,
  state: z.enum(['promoted', 'rolled-back']),
  stage: whole,
  stages: whole,
  reason: z.string().exactOptional(),
})
const versionSchema = z.strictObject({
  version: whole,
  value: z.unknown(),
  at: z.number(),
  bytes: whole,
  promoted: z.boolean(),
})

export const storedDocumentSchema = z
  .strictObject({
    format: z.literal(1),
    name: z.string(),
    versions: z.array(versionSchema).min(1),
    state: z.strictObject({
      revision: whole,
      promoted: z.strictObject({ version: whole, revision: whole }),
      frozen: z.boolean(),
      rollout: rolloutSchema.exactOptional(),
      ended: endedSchema.exactOptional(),
    }),
  })
  .refine(({ versions, state }) => {
    const known = versions.map(({ version }) => version)
    const needed = [state.promoted.version, state.rollout?.version ?? state.promoted.version]
    return needed.every(version => known.includes(version))
  }, 'a version in use is missing')
export type StoredDocument = z.output<typeof storedDocumentSchema>

export function toStored(name: string, versions: readonly Version[], state: RolloutState): StoredDocument {
  const { rollout, ...rest } = state
  return {
    format: 1,
    name,
    versions: [...versions],
    state: { ...rest, ...(rollout ? { rollout: storedRollout(rollout) } : {}) },
  }
}

/** The state as it was; its clocks begin with the event `resumed`, which must come next. */
export function stateOf({ state }: StoredDocument): RolloutState {
  const { rollout, ...rest } = state
  if (!rollout) return rest
  const none = { good: 0, bad: 0 }
  const members = rollout.members.map(member => ({
    ...member,
    from: 0,
    heardAt: 0,
    before: none,
    since: none,
  }))
  return { ...rest, rollout: { ...rollout, from: 0, members } }
}

function storedRollout({ version, stages, stage, revisions, members }: Rollout) {
  return {
    version,
    stages: [...stages],
    stage,
    revisions: [...revisions],
    members: members.map(({ client, stage, applied }) => ({ client, stage, applied })),
  }
}
