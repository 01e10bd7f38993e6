/** Runs one scenario on one stack: warm up, measure the steady state, break, heal, judge. */
import { randomBytes } from 'node:crypto'
import type { Expect } from '@playwright/test'
import { Crowd } from '../crowd/crowd.ts'
import { familyCrowd, segmentsOf } from '../crowd/population.ts'
import { HarnessError } from '../errors.ts'
import { conservation } from '../outcome/conservation.ts'
import { doubts } from '../outcome/doubts.ts'
import type { History } from '../outcome/history.ts'
import { computeOutcome } from '../outcome/outcome.ts'
import type { RunResult } from '../outcome/results.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { requestsAtAuth } from './auth-requests.ts'
import { judge } from './judge.ts'
import { playTimeline } from './timeline.ts'

export interface RunOptions {
  name: string
  scenario: Scenario
  stack: Stack
  seed: number
  expect: Expect
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
}

/** A schedule that ran later than this, at its worst 1 %, measured itself rather than the stack, ms. */
const scheduleLagMsMax = 250

/**
 * Runs it. What the scenario shows is in the result; only a harness that failed makes it reject (HarnessError), and
 * then no fault is left on.
 */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const { name, scenario, stack, seed, phase } = options
  const began = performance.now()
  await phase('signing everybody in')
  await using crowd = new Crowd({
    stack,
    groups: familyCrowd,
    seed,
    run: `${name}-${randomBytes(2).toString('hex')}`,
    timelineMs: scenario.timelineMs,
  })
  await crowd.warmUp()
  await crowd.start()
  await phase('steady state')
  const askedBefore = await requestsAtAuth(stack)
  const played = await playTimeline({ scenario, stack, clock: crowd, phase })
  const askedAfter = await requestsAtAuth(stack)
  await phase('last answers')
  const history: History = {
    ...(await crowd.finish()),
    faults: played.windows,
    end: scenario.timelineMs,
    authRequests: askedAfter - askedBefore,
  }
  await checkHealed(stack)
  const books = conservation(history)
  if (!books.balanced) throw new HarnessError(`sessions do not add up: ${books.problems.join('; ')}`)

  const outcome = computeOutcome(history, scenario.scope, { regions: scenario.regions })
  const open = [
    ...played.unproven.map(fault => `${fault} left no evidence that it took effect`),
    ...doubts(history, outcome),
    ...(crowd.scheduleLagMs > scheduleLagMsMax
      ? [`the crowd ran ${Math.round(crowd.scheduleLagMs)} ms late: this machine is too busy to measure on`]
      : []),
  ]
  const { verdict, reasons } = await judge({
    scenario,
    architecture: stack.architecture.name,
    expect: options.expect,
    outcome,
    doubts: open,
    segments: segmentsOf(familyCrowd, scenario.regions),
  })
  return {
    scenario: name,
    architecture: stack.architecture.name,
    verdict,
    reasons,
    timelineMs: scenario.timelineMs,
    wallMs: Math.round(performance.now() - began),
    evidence: played.evidence.map(each => ({ ...each })),
    scheduleLagMs: Math.round(crowd.scheduleLagMs),
    outcome: outcome.toJSON(),
  }
}

/** After the last undo nothing may be broken any more by our hand. */
async function checkHealed(stack: Stack): Promise<void> {
  const left = await stack.proxy.toxics()
  if (left.length === 0) return
  throw new HarnessError(
    `still broken after the undo: ${left.map(({ link, toxic }) => `${toxic} on ${link}`).join(', ')}`,
  )
}
