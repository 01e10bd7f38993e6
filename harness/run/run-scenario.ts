/** Runs one scenario on one stack: warm up, measure the steady state, break, heal, judge. */
import { randomBytes } from 'node:crypto'
import type { Expect } from '@playwright/test'
import { CrowdProcess } from '../crowd/crowd-process.ts'
import { crowdStackOf } from '../crowd/operator.ts'
import { familyCrowd, segmentsOf } from '../crowd/population.ts'
import { HarnessError } from '../errors.ts'
import { conservation } from '../outcome/conservation.ts'
import { doubts } from '../outcome/doubts.ts'
import { computeOutcome, type Outcome } from '../outcome/outcome.ts'
import type { RunResult } from '../outcome/results.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { watchAbort } from './abort-watch.ts'
import { requestsAtAuth } from './auth-requests.ts'
import { unlessAborted } from './deadline.ts'
import { HealCheck } from './heal-check.ts'
import { type Judgement, judge } from './judge.ts'
import { liveMeasures } from './live-measures.ts'
import { pushIfStuck, pushMs } from './push.ts'
import { historyOf } from './run-history.ts'
import { letRunOut } from './session-truth.ts'
import { type Played, playTimeline } from './timeline.ts'

export interface RunOptions {
  name: string
  scenario: Scenario
  stack: Stack
  seed: number
  expect: Expect
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
  /** Ends it in order, for its reason, a CutShort: faults are undone, and what was measured by then is the result. */
  signal?: AbortSignal
}

/** A schedule that ran later than this, at its worst 1 %, measured itself rather than the stack, ms. */
const scheduleLagMsMax = 250

/**
 * Runs it. What the scenario shows is in the result; only a harness that failed makes it reject (HarnessError), and
 * then no fault is left on that could be taken off, but the stack is not to be used again. Rejects with the signal's
 * reason if that comes before there is anything to measure.
 */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const { name, scenario, stack, seed, phase, signal } = options
  const began = performance.now()
  const healCheck = await HealCheck.before(stack)
  await phase('signing everybody in')
  await using crowd = new CrowdProcess(stack.id, {
    stack: crowdStackOf(stack),
    groups: familyCrowd,
    seed,
    run: `${name}-${randomBytes(2).toString('hex')}`,
    timelineMs: scenario.timelineMs,
    afterMs: pushMs,
    ...(scenario.arrivals === undefined ? {} : { arrivals: scenario.arrivals }),
  })
  const expiring = await unlessAborted(signal, crowd.warmUp())
  await letRunOut(stack, expiring)
  await unlessAborted(signal, crowd.start())
  await phase('steady state')
  const askedBefore = await requestsAtAuth(stack)
  const played = await play(options, crowd)
  const end = played.cutShort === undefined ? scenario.timelineMs : Math.round(crowd.now())
  const askedAfter = await requestsAtAuth(stack)
  const recoversPushed = await pushed(options, crowd, { played, end })
  await phase('last answers')
  const written = await crowd.finish({ early: played.cutShort !== undefined })
  const zeroMs = Date.now() - crowd.now()
  const mended = await healCheck.heal(played.faults)
  for (const what of mended) await phase(`recovered the hard way: ${what}`)
  const dirtyRecovery = [...played.dirtyRecovery, ...mended]
  const history = await historyOf(stack, {
    written,
    played,
    end,
    zeroMs,
    recoversPushed,
    // Who was started anew has begun to count anew.
    authRequests:
      played.dirtyRecovery.length === 0 && askedAfter >= askedBefore ? askedAfter - askedBefore : undefined,
  })
  const books = conservation(history)
  if (!books.balanced) throw new HarnessError(`sessions do not add up: ${books.problems.join('; ')}`)

  const outcome = computeOutcome(history, scenario.scope, { regions: scenario.regions })
  const open = [
    ...dirtyRecovery.map(each => `it was recovered the hard way, by us: ${each}`),
    ...played.unproven.map(fault => `${fault} left no evidence that it took effect`),
    ...doubts(history, outcome),
    ...(crowd.scheduleLagMs > scheduleLagMsMax
      ? [`the crowd ran ${Math.round(crowd.scheduleLagMs)} ms late: this machine is too busy to measure on`]
      : []),
  ]
  const { verdict, reasons } = await judged(options, outcome, { open, cutShort: played.cutShort })
  return {
    scenario: name,
    architecture: stack.architecture.name,
    verdict,
    reasons,
    timelineMs: end,
    wallMs: Math.round(performance.now() - began),
    evidence: played.evidence.map(each => ({ ...each })),
    ...(dirtyRecovery.length === 0 ? {} : { dirtyRecovery }),
    ...(played.cutShort === undefined ? {} : { cutShort: played.cutShort }),
    scheduleLagMs: Math.round(crowd.scheduleLagMs),
    outcome: outcome.toJSON(),
  }
}

/** Helps a stack that has not come back by the end of a whole timeline, to see whether that helps. */
async function pushed(
  { scenario, phase }: RunOptions,
  crowd: CrowdProcess,
  { played, end }: { played: Played; end: number },
): Promise<boolean | undefined> {
  if (played.cutShort !== undefined) return undefined
  const options = { regions: scenario.regions }
  return await pushIfStuck(crowd, { faults: played.windows, end, options }, () =>
    phase('not back by itself: taking all load off for a while'),
  )
}

/** Plays the timeline, which the scenario itself or who runs it may cut short. */
async function play({ scenario, stack, phase, signal }: RunOptions, crowd: CrowdProcess): Promise<Played> {
  const live = liveMeasures({
    recorded: crowd.recorded,
    now: () => crowd.now(),
    firstFaultMs: Math.min(...scenario.schedule.map(({ fromMs }) => fromMs)),
    segments: segmentsOf(familyCrowd, scenario.regions),
  })
  using watch = watchAbort(scenario, live)
  return await playTimeline({
    scenario,
    stack,
    clock: crowd,
    phase,
    signal: signal ? AbortSignal.any([signal, watch.signal]) : watch.signal,
  })
}

/** A prediction is for a whole timeline: of one cut short only false accepts are judged. */
function judged(
  { scenario, stack, expect }: RunOptions,
  outcome: Outcome,
  { open, cutShort }: { open: readonly string[]; cutShort: string | undefined },
): Promise<Judgement> {
  const { name } = stack.architecture
  return judge({
    scenario: cutShort === undefined ? scenario : { verdict: { [name]: () => {} } },
    architecture: name,
    expect,
    outcome,
    doubts: cutShort === undefined ? open : [cutShort],
    segments: segmentsOf(familyCrowd, scenario.regions),
  })
}
