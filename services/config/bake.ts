/** Whether a rollout has failed, and whether its stage has baked. Pure. */
import { gateOf, sumOf, totalOf } from './gate.ts'
import type { Member, Rollout, RolloutSettings } from './rollout.ts'

/** Why the rollout must be taken back, in words for the operator; undefined while there is nothing against it. */
export function failureOf(rollout: Rollout, at: number, settings: RolloutSettings): string | undefined {
  for (const member of rollout.members) {
    if (member.stage > rollout.stage) continue
    const failure = silenceOf(member, rollout.version, at, settings)
    if (failure !== undefined) return failure
  }
  for (const [stage, name] of rollout.stages.entries()) {
    if (stage > rollout.stage) break
    const failure = sicknessOf(rollout, stage, at, settings)
    if (failure !== undefined) return `stage "${name}": ${failure}`
  }
  return undefined
}

/** Whether all who have to bake now have done so. A stage without clients has nothing to wait for. */
export function hasBaked(rollout: Rollout, at: number, settings: RolloutSettings): boolean {
  const isWhole = rollout.stage === rollout.stages.length
  const members = rollout.members.filter(({ stage }) => isWhole || stage === rollout.stage)
  if (!isWhole && members.length === 0) return true
  if (at - rollout.from < settings.bakeMs) return false
  if (!isWhole && gateOfStage(rollout, rollout.stage, settings).verdict === 'dry') return false
  return members.every(
    ({ applied, from, reportedAt }) =>
      applied && reportedAt !== undefined && reportedAt - Math.max(from, rollout.from) >= settings.bakeMs,
  )
}

function silenceOf(
  { client, applied, from, heardAt }: Member,
  version: number,
  at: number,
  { acknowledgeMs, silentMs }: RolloutSettings,
): string | undefined {
  if (!applied && at - from > acknowledgeMs)
    return `${client} did not acknowledge version ${version} within ${acknowledgeMs} ms`
  if (applied && at - heardAt > silentMs)
    return `${client} has been silent for ${silentMs} ms while it tried version ${version}`
  return undefined
}

function sicknessOf(
  rollout: Rollout,
  stage: number,
  at: number,
  settings: RolloutSettings,
): string | undefined {
  const { verdict, before, since } = gateOfStage(rollout, stage, settings)
  const counts = `${since.bad} of ${totalOf(since)} answers bad since version ${rollout.version}, ${before.bad} of ${totalOf(before)} before`
  if (verdict === 'red') return counts
  const waitedMs = at - rollout.from
  return verdict === 'dry' && stage === rollout.stage && waitedMs > settings.bakeMs + settings.silentMs
    ? `hardly answers any more: ${counts}`
    : undefined
}

function gateOfStage(rollout: Rollout, stage: number, settings: RolloutSettings) {
  const members = rollout.members.filter(member => member.stage === stage && member.applied)
  const before = sumOf(members.map(member => member.before))
  const since = sumOf(members.map(member => member.since))
  return { verdict: gateOf(before, since, settings), before, since }
}
