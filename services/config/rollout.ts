/**
 * The rollout of one document as a state machine: no clock, no network, no storage. Time (`at`) is ms on a clock that
 * only goes forward. Every event is followed by the question what is to happen now:
 *
 *            push                    all baked            all baked
 *   promoted ────> stage 1 … stage N ────────> the whole ────────> promoted (the new one)
 *                     └──────────┴── failure: refused, silent, gate red ──> promoted (the old one), for everybody
 *
 * A stage has baked when each of its clients has taken the version up and has then reported its health for `bakeMs`.
 */
import type { HealthCount } from '../common/health.ts'
import { failureOf, hasBaked } from './bake.ts'
import type { GateSettings } from './gate.ts'
import { type KnownClient, planOf, stageOf } from './plan.ts'

export interface RolloutSettings extends GateSettings {
  /** `staged-config-rollout`: without it every push is for everybody, and promoted at once. */
  staged: boolean
  bakeMs: number
  /** How long a client may take to acknowledge a version. */
  acknowledgeMs: number
  /** How long a client that bakes may be silent. */
  silentMs: number
}

export interface Member {
  client: string
  stage: number
  applied: boolean
  /** When it was told, or once it has applied, when it did. */
  from: number
  /** When anything last came from it. */
  heardAt: number
  /** When its last report on its health came. */
  reportedAt?: number
  before: HealthCount
  since: HealthCount
}

export interface Rollout {
  version: number
  stages: readonly string[]
  /** Index of the stage under way; the number of stages while the whole bakes. */
  stage: number
  /** When the bake of this stage began. */
  from: number
  /** For each stage that was opened, the revision of its clients' directive. */
  revisions: readonly number[]
  members: readonly Member[]
}

/** How a rollout ended; stages are counted from 1. */
export interface Ended {
  version: number
  state: 'promoted' | 'rolled-back'
  stage: number
  stages: number
  reason?: string
}

export interface RolloutState {
  /** Grows with each change of anybody's directive. */
  revision: number
  promoted: { version: number; revision: number }
  /** Nothing goes forward while frozen; back, always. */
  frozen: boolean
  rollout?: Rollout
  ended?: Ended
}

export type RolloutEvent =
  | { kind: 'push'; version: number; clients: readonly KnownClient[]; emergency: boolean }
  | { kind: 'rollback'; to: number; reason: string }
  | { kind: 'freeze'; frozen: boolean }
  /** A client asked for its directive; `anew`: as one that has just started. */
  | { kind: 'seen'; client: string; region?: string; anew: boolean }
  | { kind: 'acknowledged'; client: string; version: number; status: 'applied' | 'refused'; reason?: string }
  | { kind: 'health'; client: string; version: number; before: HealthCount; since: HealthCount }
  | { kind: 'tick' }
  /** Whoever keeps this state was away: what was not heard meanwhile is held against nobody, and proves nothing. */
  | { kind: 'resumed' }

export const initialState = (revision: number): RolloutState => ({
  revision,
  promoted: { version: 1, revision },
  frozen: false,
})

/** Why an ordinary push is not taken now. An emergency is always. */
export function obstacleTo(state: RolloutState): 'frozen' | 'rollout_under_way' | undefined {
  if (state.frozen) return 'frozen'
  return state.rollout ? 'rollout_under_way' : undefined
}

export function step(
  state: RolloutState,
  event: RolloutEvent,
  at: number,
  settings: RolloutSettings,
): RolloutState {
  return settled(react(state, event, at, settings), at, settings)
}

function react(
  state: RolloutState,
  event: RolloutEvent,
  at: number,
  settings: RolloutSettings,
): RolloutState {
  if (event.kind === 'push') return begun(state, event, at, settings)
  if (event.kind === 'rollback') return rolledBack(state, event.to, event.reason)
  if (event.kind === 'freeze') return frozen(state, event.frozen, at)
  const { rollout } = state
  if (!rollout) return state
  if (event.kind === 'seen') return seen(state, rollout, event, at)
  if (event.kind === 'acknowledged') return acknowledged(state, rollout, event, at)
  if (event.kind === 'health') return reported(state, rollout, event, at)
  return event.kind === 'resumed' ? { ...state, rollout: resumed(rollout, at) } : state
}

/** Goes on, or back, as far as what is known by now allows. */
function settled(state: RolloutState, at: number, settings: RolloutSettings): RolloutState {
  const { rollout } = state
  if (!rollout) return state
  const failure = failureOf(rollout, at, settings)
  if (failure !== undefined) return rolledBack(state, state.promoted.version, failure)
  if (state.frozen || !hasBaked(rollout, at, settings)) return state
  if (rollout.stage === rollout.stages.length) return promoted(state, rollout.version, rollout.stages.length)
  return settled(opened(state, rollout, rollout.stage + 1, at), at, settings)
}

function begun(
  state: RolloutState,
  { version, clients, emergency }: RolloutEvent & { kind: 'push' },
  at: number,
  { staged }: RolloutSettings,
): RolloutState {
  if (emergency || !staged) return promoted(state, version, 1)
  const { stages, members } = planOf(clients)
  const rollout = {
    version,
    stages,
    stage: 0,
    from: at,
    revisions: [],
    members: members.map(({ client, stage }) => newMember(client, stage, at)),
  }
  return opened(state, rollout, 0, at)
}

/** Opens a stage, or past the last one the bake of the whole, which tells nobody anything new. */
function opened(state: RolloutState, rollout: Rollout, stage: number, at: number): RolloutState {
  if (stage === rollout.stages.length) return { ...state, rollout: { ...rollout, stage, from: at } }
  const revision = state.revision + 1
  const members = rollout.members.map(member =>
    member.stage === stage ? { ...member, from: at, heardAt: at } : member,
  )
  const revisions = [...rollout.revisions, revision]
  return { ...state, revision, rollout: { ...rollout, stage, from: at, revisions, members } }
}

function promoted(state: RolloutState, version: number, stages: number): RolloutState {
  const { rollout: _, ...rest } = state
  const revision = state.revision + 1
  const ended = { version, state: 'promoted', stage: stages, stages } as const
  return { ...rest, revision, promoted: { version, revision }, ended }
}

/** Back to a version, for everybody: the newer revision reaches those too who never left it. */
function rolledBack(state: RolloutState, to: number, reason: string): RolloutState {
  const { rollout, ...rest } = state
  const revision = state.revision + 1
  const stages = rollout?.stages.length ?? 1
  const ended = {
    version: rollout?.version ?? state.promoted.version,
    state: 'rolled-back',
    stage: Math.min((rollout?.stage ?? 0) + 1, stages),
    stages,
    reason,
  } as const
  return { ...rest, revision, promoted: { version: to, revision }, ended }
}

function frozen(state: RolloutState, frozen: boolean, at: number): RolloutState {
  // The bake begins again: what was seen before an incident says little about after it.
  const rollout = state.rollout && state.frozen !== frozen ? { ...state.rollout, from: at } : state.rollout
  return { ...state, frozen, ...(rollout ? { rollout } : {}) }
}

function seen(
  state: RolloutState,
  rollout: Rollout,
  { client, region, anew }: RolloutEvent & { kind: 'seen' },
  at: number,
): RolloutState {
  const member = rollout.members.find(member => member.client === client)
  if (member?.applied && anew) {
    const reason = `${client} started again while it tried version ${rollout.version}`
    return rolledBack(state, state.promoted.version, reason)
  }
  if (member) return withMember(state, rollout, { ...member, heardAt: at })
  const joined = newMember(client, stageOf(rollout.stages, region), at)
  return { ...state, rollout: { ...rollout, members: [...rollout.members, joined] } }
}

function acknowledged(
  state: RolloutState,
  rollout: Rollout,
  { client, version, status, reason }: RolloutEvent & { kind: 'acknowledged' },
  at: number,
): RolloutState {
  const member = rollout.members.find(member => member.client === client)
  if (version !== rollout.version || !member || member.stage > rollout.stage) return state
  if (status === 'refused')
    return rolledBack(state, state.promoted.version, `${client} refused version ${version}: ${reason ?? ''}`)
  const from = member.applied ? member.from : at
  return withMember(state, rollout, { ...member, applied: true, from, heardAt: at })
}

function reported(
  state: RolloutState,
  rollout: Rollout,
  { client, version, before, since }: RolloutEvent & { kind: 'health' },
  at: number,
): RolloutState {
  const member = rollout.members.find(member => member.client === client)
  if (version !== rollout.version || !member?.applied) return state
  return withMember(state, rollout, { ...member, before, since, heardAt: at, reportedAt: at })
}

function resumed(rollout: Rollout, at: number): Rollout {
  const members = rollout.members.map(({ reportedAt: _, ...member }) => ({
    ...member,
    from: at,
    heardAt: at,
  }))
  return { ...rollout, from: at, members }
}

function newMember(client: string, stage: number, at: number): Member {
  const none = { good: 0, bad: 0 }
  return { client, stage, applied: false, from: at, heardAt: at, before: none, since: none }
}

function withMember(state: RolloutState, rollout: Rollout, changed: Member): RolloutState {
  const members = rollout.members.map(member => (member.client === changed.client ? changed : member))
  return { ...state, rollout: { ...rollout, members } }
}
