/** Puts together the history of a run: what the crowd wrote down, what auth's store and the services' logs say of it. */
import type { CrowdHistory } from '../crowd/crowd.ts'
import type { History } from '../outcome/history.ts'
import type { Stack } from '../stack/stack.ts'
import { refusalsIn } from './refusal-trail.ts'
import { sessionTruth } from './session-truth.ts'
import { statusLevels } from './status-levels.ts'
import type { Played } from './timeline.ts'

export interface RunRecords {
  written: CrowdHistory
  played: Pick<Played, 'windows' | 'faults'>
  /** End of the timeline, ms. */
  end: number
  /** When the timeline began, ms since the epoch. */
  zeroMs: number
  recoversPushed: boolean | undefined
  authRequests: number | undefined
  authLoad: NonNullable<History['authLoad']>
}

/** To be called once the stack is healed: its stores are asked. */
export async function historyOf(
  stack: Pick<Stack, 'databases' | 'doors' | 'logs'>,
  { written, played, end, zeroMs, recoversPushed, authRequests, authLoad }: RunRecords,
): Promise<History> {
  const revokedAtMs = played.faults.flatMap(({ injected }) => injected.revokedAtMs ?? [])
  const { standings, history } = await sessionTruth(stack, written, { zeroMs, revokedAtMs })
  return {
    ...written,
    ...history,
    // What was asked beyond the end, to see whether a push helps, is no part of it.
    intents: written.intents.filter(({ at }) => at < end),
    faults: played.windows,
    end,
    standings,
    refusals: refusalsIn(stack.logs()),
    statusLevels: await statusLevels(stack, { zeroMs, end }),
    ...(recoversPushed === undefined ? {} : { recoversPushed }),
    ...(authRequests === undefined ? {} : { authRequests }),
    ...(authLoad.length < 2 ? {} : { authLoad }),
  }
}
