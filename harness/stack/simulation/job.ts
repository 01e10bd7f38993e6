/** One simulated run, as it is told to a worker and told back. */

import { messageOf } from '../../errors.ts'
import { type Schedule, scenarioOf } from '../../explore/drawn.ts'
import type { RunResult } from '../../outcome/results.ts'
import { expect } from '../../playwright/matchers.ts'
import { loadScenarios, type NamedScenario } from '../../run/load-scenarios.ts'
import { runScenario } from '../../run/run-scenario.ts'
import { featuresOf, whyNotRunnable } from '../../run/runnable.ts'
import { type Architecture, defineArchitectures, knownArchitectures } from '../architectures.ts'
import { logText } from '../log-text.ts'
import type { Costs } from './costs.ts'
import { simulate } from './simulate.ts'

/** Plain data. */
export interface SimulationJob {
  scenario: string
  /** Instead of one that has a file: what was drawn. */
  schedule?: Schedule
  /** The folder of the scenarios. Default: the project's own. */
  folder?: string
  /** Whole, since it may be one that nobody has defined: another one without a mitigation. */
  architecture: Architecture
  seed: number
  twin: boolean
  /** What things cost. Default: what is shipped. */
  costs?: Costs | undefined
}

export interface SimulatedRun {
  run: RunResult
  /** What the services wrote, where it did not hold. */
  logs: string | undefined
}

let loaded:
  | { folder: string | undefined; scenarios: readonly NamedScenario[]; known: readonly Architecture[] }
  | undefined

/** Never rejects for what goes wrong in the run: that is an error of the run. */
export async function runJob(job: SimulationJob): Promise<SimulatedRun> {
  const { scenario: name, architecture, seed, twin, costs } = job
  const known = await scenariosIn(job.folder, architecture)
  const found = job.schedule
    ? { name, scenario: scenarioOf(job.schedule, architecture.name) }
    : known.find(each => each.name === name)
  const about = { scenario: name, architecture: architecture.name, evidence: [], wallMs: 0, timelineMs: 0 }
  if (!found)
    return { run: { ...about, verdict: 'error', reasons: [`no scenario ${name}`] }, logs: undefined }
  const { scenario } = found
  const { timelineMs } = scenario
  const notRunnable = whyNotRunnable(scenario, { runtime: 'simulation', toxiproxyImage: undefined })
  if (notRunnable !== undefined) {
    const reasons = [`not runnable here: ${notRunnable}`]
    return { run: { ...about, timelineMs, verdict: 'not-proven', reasons, notRunnable }, logs: undefined }
  }
  let logs: string | undefined
  try {
    const run = await simulate({ architecture, seed, features: featuresOf(scenario), costs }, async stack => {
      const phase = async () => {}
      const result = await runScenario({ name, scenario, stack, seed, twin, expect, phase })
      if (result.verdict !== 'held') logs = logText(stack.logs())
      return result
    })
    return { run, logs }
  } catch (error) {
    return { run: { ...about, timelineMs, verdict: 'error', reasons: [messageOf(error)] }, logs }
  }
}

/** Those of a folder, with the architecture among those that are known. */
async function scenariosIn(
  folder: string | undefined,
  architecture: Architecture,
): Promise<readonly NamedScenario[]> {
  if (!loaded || loaded.folder !== folder) {
    const scenarios = await loadScenarios(folder)
    loaded = { folder, scenarios, known: knownArchitectures() }
  }
  const own = loaded.known.filter(({ base }) => base !== undefined)
  const isKnown = loaded.known.some(({ name }) => name === architecture.name)
  defineArchitectures(isKnown ? own : [...own, architecture])
  return loaded.scenarios
}
