/**
 * Several scenarios make auth's store slow, so that the store is the limit and not the machine. That is the ground on which
 * they break things, and must not be what breaks them: alone it harms nobody, not even without any mitigation.
 */
import { describe, expect, test } from 'vitest'
import { expect as matchers } from '../../harness/playwright/matchers.ts'
import { loadScenarios } from '../../harness/run/load-scenarios.ts'
import { runScenario } from '../../harness/run/run-scenario.ts'
import { featuresOf } from '../../harness/run/runnable.ts'
import type { Scenario } from '../../harness/scenario.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { simulate } from '../../harness/stack/simulation/simulate.ts'

const architecture = architectureOf('shared-fate')
const seeds = [1, 2]

async function harmedIn(name: string, scenario: Scenario, seed: number): Promise<string[]> {
  const run = await simulate({ architecture, seed, features: featuresOf(scenario) }, stack =>
    runScenario({
      ...{ name, scenario, stack, seed, twin: false, expect: matchers },
      phase: async () => {},
    }),
  )
  const segments = run.outcome?.segments ?? []
  expect(segments.length, run.reasons?.join('\n')).toBeGreaterThan(20)
  return segments
    .filter(({ harm }) => harm !== null && harm > 0.02)
    .map(({ app, surface, activity, harm }) => `${app} ${surface} ${activity} ${harm}`)
}

describe('a store as slow as in', () => {
  test.each(['greedy-caller', 'login-storm', 'retry-storm', 'cold-cache'])(
    '%s harms nobody by itself, and all of it together does',
    async name => {
      const found = (await loadScenarios()).find(each => each.name === name)
      if (!found) throw new Error(`no scenario ${name}`)
      const { scenario } = found
      const ground = scenario.schedule.filter(
        ({ fault }) => fault.kind === 'slow-store' && Number(fault.params.delayMs) < 1_000,
      )
      expect(ground).toHaveLength(1)
      for (const seed of seeds) {
        expect(await harmedIn(name, { ...scenario, schedule: ground }, seed)).toEqual([])
        expect(await harmedIn(name, scenario, seed)).not.toEqual([])
      }
    },
    300_000,
  )
})
