/** Which version a client is to run. */
import { stageOf } from './plan.ts'
import type { RolloutState } from './rollout.ts'

export interface Directive {
  /** Grows with each directive, also with one that goes back to an older version. */
  revision: number
  version: number
  /** What bakes is tried; only what is promoted may be kept for a restart. */
  state: 'baking' | 'promoted'
}

export function directiveFor(
  { rollout, promoted }: RolloutState,
  client: string,
  region: string | undefined,
): Directive {
  if (rollout) {
    const member = rollout.members.find(member => member.client === client)
    const revision = rollout.revisions[member?.stage ?? stageOf(rollout.stages, region)]
    if (revision !== undefined) return { revision, version: rollout.version, state: 'baking' }
  }
  return { ...promoted, state: 'promoted' }
}
