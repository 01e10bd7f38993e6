import { HarnessError } from '../errors.ts'
import { type Schedule, scenarioOf } from '../explore/drawn.ts'
import { expect } from '../playwright/matchers.ts'
import { verdictWord } from '../report/scoreboard.ts'
import { runScenario } from '../run/run-scenario.ts'
import { featuresOf } from '../run/runnable.ts'
import type { Architecture } from '../stack/architectures.ts'
import { startStack } from '../stack/stack.ts'

/** What real processes say of it, in words. */
export async function confirmed(
  schedule: Schedule,
  architecture: Architecture,
  seed: number,
): Promise<string> {
  const scenario = scenarioOf(schedule, architecture.name)
  try {
    await using stack = await startStack({
      runtime: 'processes',
      architecture,
      features: featuresOf(scenario),
    })
    const phase = async () => {}
    const real = await runScenario({ name: 'found', scenario, stack, seed, expect, phase })
    return `${verdictWord(real)}${real.reasons.length === 0 ? '' : ` (${real.reasons[0]?.split('\n')[0]})`}`
  } catch (error) {
    if (error instanceof HarnessError) return `could not be tried: ${error.message}`
    throw error
  }
}
