import { join } from 'node:path'
import type { TestInfo } from '@playwright/test'
import { messageOf } from '../errors.ts'
import type { RunResult } from '../outcome/results.ts'
import { unlessAborted } from '../run/deadline.ts'
import { loadScenarios, type NamedScenario } from '../run/load-scenarios.ts'
import { aboutOf, runScenario } from '../run/run-scenario.ts'
import { featuresOf, whyNotRunnable } from '../run/runnable.ts'
import { entryFor } from '../stack/architectures.ts'
import { logText } from '../stack/log-text.ts'
import type { Stack } from '../stack/stack.ts'
import { logsAttachment, runAttachment } from './attachments.ts'
import { test } from './fixtures.ts'
import { isLiveWanted, tellLive } from './live-channel.ts'
import { expect } from './matchers.ts'
import { settings } from './settings.ts'

/** Anything above the timeline: the start of a stack, the crowd's, undoing, also the hard way. */
const overheadLimitMs = 300_000

/** Registers every scenario of a folder as a Playwright test. Those that can share a stack come one after the other. */
export async function registerScenarios(folder?: string): Promise<void> {
  const groups = Map.groupBy(await loadScenarios(folder), ({ scenario }) => featuresOf(scenario).join(' '))
  for (const each of [...groups]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .flatMap(([, all]) => all))
    registerScenario(each)
}

function registerScenario({ name, scenario }: NamedScenario): void {
  test(`${name}: ${scenario.title}`, async ({ stacks, architecture, runtime, conduct }, testInfo) => {
    test.skip(!entryFor(scenario.verdict, architecture), `${name} predicts nothing for ${architecture}`)
    const { timelineMs } = scenario
    const about = { scenario: name, architecture, timelineMs, evidence: [], about: aboutOf(scenario) }
    const notRunnable = whyNotRunnable(scenario, {
      runtime,
      toxiproxyImage: process.env.FIREBREAK_TOXIPROXY_IMAGE,
    })
    if (notRunnable !== undefined) {
      const reasons = [`not runnable here: ${notRunnable}`]
      await attach(testInfo, { ...about, verdict: 'not-proven', reasons, notRunnable, wallMs: 0 })
      test.skip(true, reasons[0])
    }
    // Playwright notes an interruption that comes just before the first fixture, and runs the test all the same.
    if (testInfo.status === 'interrupted') return
    testInfo.setTimeout(scenario.timelineMs + overheadLimitMs)
    const phase = (text: string) => Promise.resolve(test.step(text, () => {})).catch(() => {})
    await conduct(async signal => {
      const began = performance.now()
      let stack: Stack | undefined
      try {
        stack = await unlessAborted(
          signal,
          stacks.get(featuresOf(scenario), () => phase('starting a stack')),
        )
        const { FIREBREAK_SEED: seed, FIREBREAK_TWIN, FIREBREAK_OUT } = settings()
        const twin = FIREBREAK_TWIN === '1'
        const witnessFolder = join(FIREBREAK_OUT, 'witness', `${name}-${architecture}`)
        const run = await runScenario({
          name,
          scenario,
          stack,
          seed,
          twin,
          witnessFolder,
          expect,
          phase,
          live: isLiveWanted() ? tellLive : undefined,
          signal,
        })
        await attach(testInfo, run)
        if (run.verdict === 'held') return
        await attachLogs(testInfo, stack)
        throw new NotHeld(`${run.verdict}: ${run.reasons.join('\n')}`)
      } catch (error) {
        // Interrupted before there was anything to measure: there is no run.
        if (error instanceof NotHeld || error === signal.reason) throw error
        const wallMs = Math.round(performance.now() - began)
        await attach(testInfo, { ...about, verdict: 'error', reasons: [messageOf(error)], wallMs })
        if (stack) await attachLogs(testInfo, stack)
        throw error
      }
    })
  })
}

class NotHeld extends Error {
  override readonly name = 'NotHeld'
}

function attach(testInfo: TestInfo, run: RunResult): Promise<void> {
  return testInfo.attach(runAttachment, { body: JSON.stringify(run), contentType: 'application/json' })
}

function attachLogs(testInfo: TestInfo, stack: Stack): Promise<void> {
  return testInfo.attach(logsAttachment, { body: logText(stack.logs()), contentType: 'text/plain' })
}
