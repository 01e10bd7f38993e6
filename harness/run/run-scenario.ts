/** Runs one scenario on one stack: warm up, measure the steady state, break, heal, judge. */
import type { RunningCrowd } from '../crowd/crowd-process.ts'
import { everybody, segmentsOf } from '../crowd/population.ts'
import { HarnessError } from '../errors.ts'
import { type FidelityFinding, fidelityOf, isHeldToCard } from '../fidelity.ts'
import { compressionOf } from '../incident.ts'
import { conservation } from '../outcome/conservation.ts'
import { doubts } from '../outcome/doubts.ts'
import type { History } from '../outcome/history.ts'
import { computeOutcome, type Outcome } from '../outcome/outcome.ts'
import type { RunResult } from '../outcome/results.ts'
import { seriesOf } from '../outcome/series.ts'
import { type Twin, twinOf } from '../outcome/twin.ts'
import type { OutcomeExpect } from '../playwright/matchers.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { watchAbort } from './abort-watch.ts'
import { requestsAtAuth, watchAuthLoad } from './auth-requests.ts'
import { diagnose, type RunDiagnosis } from './diagnose.ts'
import { HealCheck } from './heal-check.ts'
import { type Judgement, judge } from './judge.ts'
import { liveMeasures } from './live-measures.ts'
import { type LiveSnapshot, watchLive } from './live-progress.ts'
import { Measuring, type Ready } from './measuring.ts'
import { pushIfStuck } from './push.ts'
import { historyOf } from './run-history.ts'
import { type Played, playTimeline } from './timeline.ts'
import type { WitnessAccount } from './witnessing.ts'

export interface RunOptions {
  name: string
  scenario: Scenario
  stack: Stack
  seed: number
  /** For the pictures of the witness; without it nobody looks with a browser. */
  witnessFolder?: string
  /** Whether the same is run first without the faults. */
  twin?: boolean
  expect: OutcomeExpect
  /** Who is signed in already, for this scenario. Gone when the run is. */
  ready?: Ready | undefined
  /** Told once a second what it looks like; without it nobody counts. */
  live?: ((snapshot: LiveSnapshot) => void) | undefined
  /** Told what happens, in words. */
  phase(text: string): Promise<void>
  /** Ends it in order, for its reason, a CutShort: faults are undone, and what was measured by then is the result. */
  signal?: AbortSignal
}

/** A schedule that ran later than this, at its worst 1 %, measured itself rather than the stack, ms. */
const scheduleLagMsMax = 250

/** A run, measured and not yet judged. */
interface MeasuredRun {
  played: Played
  /** End of the timeline, ms. */
  end: number
  history: History
  outcome: Outcome
  diagnosis: RunDiagnosis
  /** All that had to be mended the hard way, in words. */
  dirtyRecovery: string[]
  scheduleLagMs: number
  crowdCpuMs: number
  witness: WitnessAccount
}

/**
 * Runs it. What the scenario shows is in the result; only a harness that failed makes it reject (HarnessError), and
 * then no fault is left on that could be taken off, but the stack is not to be used again. Rejects with the signal's
 * reason if that comes before there is anything to measure.
 */
export async function runScenario(options: RunOptions): Promise<RunResult> {
  const began = performance.now()
  const { name, stack, phase } = options
  const twinRun = options.twin ? await measureTwin(options) : undefined
  const run = await measure(options)
  const { played, end, outcome, diagnosis, dirtyRecovery } = run
  const twin = twinRun && compared(options, run, twinRun)
  if (twin) await phase(wordsOf(twin, outcome))
  const fidelity = cardOf(options, run)
  const { verdict, reasons } = await judged(options, run, fidelity)
  return {
    scenario: name,
    architecture: stack.architecture.name,
    ...(options.scenario.replays === undefined ? {} : { replays: options.scenario.replays }),
    about: aboutOf(options.scenario),
    mitigations: [...stack.architecture.mitigations],
    verdict,
    reasons,
    timelineMs: end,
    wallMs: Math.round(performance.now() - began),
    evidence: played.evidence.map(each => ({ ...each })),
    ...(dirtyRecovery.length === 0 ? {} : { dirtyRecovery }),
    ...(played.cutShort === undefined ? {} : { cutShort: played.cutShort }),
    scheduleLagMs: Math.round(run.scheduleLagMs),
    crowdCpuMs: run.crowdCpuMs,
    diagnosis,
    witness: run.witness,
    ...(twin === undefined ? {} : { twin }),
    ...(fidelity === undefined ? {} : { fidelity }),
    faults: played.windows.map(each => ({ ...each })),
    series: seriesOf(run.history),
    outcome: outcome.toJSON(),
  }
}

/** What a reader wants to know of it who does not have the scenario at hand. */
export function aboutOf(scenario: Scenario): NonNullable<RunResult['about']> {
  const { title, story, cause, source, differs, scope, needs = [], needsOneOf = [], parts = [] } = scenario
  const compression = compressionOf(scenario)
  return {
    title,
    ...(story === undefined ? {} : { story }),
    cause,
    ...(source === undefined ? {} : { source }),
    ...(compression === undefined ? {} : { compression }),
    ...(differs === undefined ? {} : { differs }),
    scope: [scope].flat().map(each => ({ ...each })),
    needs: [...needs],
    needsOneOf: needsOneOf.map(group => [...group]),
    parts: [...parts],
  }
}

/** A card is for a whole timeline on a stack that has nothing to hold against it. */
function cardOf(
  { scenario, stack }: RunOptions,
  { played, outcome }: MeasuredRun,
): FidelityFinding[] | undefined {
  const { fidelity = [] } = scenario
  if (fidelity.length === 0 || played.cutShort !== undefined || !isHeldToCard(stack.architecture))
    return undefined
  return fidelityOf(fidelity, outcome)
}

/** The run without its faults. What it shows is no verdict, so that nothing cuts it short but who runs it. */
async function measureTwin(options: RunOptions): Promise<MeasuredRun> {
  const { abortWhen: _, ...scenario } = options.scenario
  const { witnessFolder: __, ready: ___, ...rest } = options
  await options.phase('the twin, without faults')
  return await measure({ ...rest, scenario: { ...scenario, schedule: [] } })
}

function compared({ scenario }: RunOptions, run: MeasuredRun, twin: MeasuredRun): Twin {
  const { scope, regions } = scenario
  return twinOf(run.outcome, twin.history, { faults: run.played.windows, scope, options: { regions } })
}

function wordsOf({ isolation, effect }: Twin, outcome: Outcome): string {
  const [without, with_, added] = [isolation, outcome.isolation, effect.isolation].map(each =>
    each.toFixed(3),
  )
  return `isolation ${with_}, of its twin without faults ${without}: the effect is ${added}`
}

async function measure(options: RunOptions): Promise<MeasuredRun> {
  const { scenario, stack, phase } = options
  const healCheck = await HealCheck.before(stack)
  await phase('signing everybody in')
  await using measuring = await Measuring.begin(options)
  const { crowd } = measuring
  const missing = measuring.blindBecause
  if (missing !== undefined) await phase(`no browser: ${missing}`)
  await phase('steady state')
  const askedBefore = await requestsAtAuth(stack)
  using load = watchAuthLoad(stack, () => crowd.now())
  using _live = options.live && watchLive(crowd, scenario.timelineMs, options.live)
  const looking = measuring.lookDuring(scenario).then(async seen => {
    if (seen !== undefined) await phase(`a browser sees: ${seen}`)
  })
  const played = await play(options, crowd)
  const end = played.cutShort === undefined ? scenario.timelineMs : Math.round(crowd.now())
  const asked = (await requestsAtAuth(stack)) - askedBefore
  load[Symbol.dispose]()
  const recoversPushed = await pushed(options, crowd, { played, end })
  await phase('last answers')
  const written = await measuring.finish({ early: played.cutShort !== undefined })
  const zeroMs = Date.now() - crowd.now()
  const mended = await healCheck.heal(played.faults)
  for (const what of mended) await phase(`recovered the hard way: ${what}`)
  // Who was started anew has begun to count anew.
  const authRequests = played.dirtyRecovery.length === 0 && asked >= 0 ? asked : undefined
  const history = await historyOf(stack, {
    written,
    played,
    end,
    zeroMs,
    recoversPushed,
    authRequests,
    authLoad: load.readings,
  })
  await looking
  const books = conservation(history)
  if (!books.balanced) throw new HarnessError(`sessions do not add up: ${books.problems.join('; ')}`)
  const outcome = computeOutcome(history, scenario.scope, { regions: scenario.regions })
  return {
    played,
    end,
    history,
    outcome,
    diagnosis: diagnose(measuring.probes, { history, outcome, played, stack }),
    dirtyRecovery: [...played.dirtyRecovery, ...mended],
    scheduleLagMs: crowd.scheduleLagMs,
    crowdCpuMs: crowd.cpuMs,
    witness: await lookAfter(measuring, phase),
  }
}

/** The witness's last look, which also says what keeps some people from reading what happened. */
async function lookAfter(measuring: Measuring, phase: RunOptions['phase']): Promise<WitnessAccount> {
  const account = await measuring.lookAfter()
  const observations = 'observations' in account ? account.observations : []
  for (const { app, sees, violations = [] } of observations)
    for (const { rule, element } of violations)
      await phase(`not everybody can read what ${app} shows (${sees}): ${rule} at ${element}`)
  return account
}

/** Helps a stack that has not come back by the end of a whole timeline, to see whether that helps. */
async function pushed(
  { scenario, phase }: RunOptions,
  crowd: RunningCrowd,
  { played, end }: { played: Played; end: number },
): Promise<boolean | undefined> {
  if (played.cutShort !== undefined) return undefined
  const options = { regions: scenario.regions }
  return await pushIfStuck(crowd, { faults: played.windows, end, options }, () =>
    phase('not back by itself: taking all load off for a while'),
  )
}

/** Plays the timeline, which the scenario itself or who runs it may cut short. */
async function play({ scenario, stack, phase, signal }: RunOptions, crowd: RunningCrowd): Promise<Played> {
  const live = liveMeasures({
    recorded: crowd.recorded,
    now: () => crowd.now(),
    firstFaultMs: Math.min(...scenario.schedule.map(({ fromMs }) => fromMs)),
    segments: segmentsOf(everybody(), scenario.regions),
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

/** Why a run proves nothing, in words. */
function doubtsOf({ history, outcome, played, dirtyRecovery, scheduleLagMs }: MeasuredRun): string[] {
  if (played.cutShort !== undefined) return [played.cutShort]
  return [
    ...dirtyRecovery.map(each => `it was recovered the hard way, by us: ${each}`),
    ...played.unproven.map(fault => `${fault} left no evidence that it took effect`),
    ...doubts(history, outcome),
    ...(scheduleLagMs > scheduleLagMsMax
      ? [`the crowd ran ${Math.round(scheduleLagMs)} ms late: this machine is too busy to measure on`]
      : []),
  ]
}

/** A prediction is for a whole timeline: of one cut short only false accepts are judged. */
function judged(
  { scenario, stack, expect }: RunOptions,
  run: MeasuredRun,
  fidelity: readonly FidelityFinding[] = [],
): Promise<Judgement> {
  const { name } = stack.architecture
  return judge({
    scenario: run.played.cutShort === undefined ? scenario : { verdict: { [name]: () => {} } },
    architecture: name,
    expect,
    outcome: run.outcome,
    doubts: doubtsOf(run),
    fidelity,
    segments: segmentsOf(everybody(), scenario.regions),
  })
}
