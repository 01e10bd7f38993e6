import { expect } from '@playwright/test'
import { messageOf } from '../errors.ts'
import type { RunResult } from '../outcome/results.ts'
import { loadScenarios } from '../run/load-scenarios.ts'
import { runScenario } from '../run/run-scenario.ts'
import { entryFor } from '../stack/architectures.ts'
import { logsAttachment, runAttachment } from './attachments.ts'
import { test } from './fixtures.ts'
import { settings } from './settings.ts'

/** Anything above the timeline: boot of the stack excluded, it has its own limit. */
const overheadLimitMs = 90_000

/** Registers every scenario of a folder as a Playwright test. */
export async function registerScenarios(folder?: string): Promise<void> {
  for (const { name, scenario } of await loadScenarios(folder)) {
    test(`${name}: ${scenario.title}`, async ({ stack, architecture }, testInfo) => {
      test.skip(!entryFor(scenario.verdict, architecture), `${name} predicts nothing for ${architecture}`)
      // Playwright notes an interruption that comes just before the first fixture, and runs the test all the same.
      if (testInfo.status === 'interrupted') return
      testInfo.setTimeout(scenario.timelineMs + overheadLimitMs)
      const attach = (run: RunResult) =>
        testInfo.attach(runAttachment, { body: JSON.stringify(run), contentType: 'application/json' })
      const attachLogs = () =>
        testInfo.attach(logsAttachment, { body: textOf(stack.logs()), contentType: 'text/plain' })
      const phase = (text: string) => test.step(text, () => {})
      let run: RunResult
      const began = performance.now()
      try {
        run = await runScenario({ name, scenario, stack, seed: settings().FIREBREAK_SEED, expect, phase })
      } catch (error) {
        await attach({
          scenario: name,
          architecture,
          verdict: 'error',
          reasons: [messageOf(error)],
          timelineMs: scenario.timelineMs,
          wallMs: Math.round(performance.now() - began),
          evidence: [],
        })
        await attachLogs()
        throw error
      }
      await attach(run)
      if (run.verdict === 'held') return
      await attachLogs()
      throw new Error(`${run.verdict}: ${run.reasons.join('\n')}`)
    })
  }
}

function textOf(logs: Record<string, string[]>): string {
  return Object.entries(logs)
    .map(([service, lines]) => [`--- ${service}`, ...lines, ''].join('\n'))
    .join('\n')
}
