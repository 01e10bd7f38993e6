import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../harness/errors.ts'
import type { FidelityFinding } from '../../../harness/fidelity.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import { expect as playwrightExpect } from '../../../harness/playwright/matchers.ts'
import { judge } from '../../../harness/run/judge.ts'
import type { VerdictFunction } from '../../../harness/scenario.ts'
import { architecture, defineArchitectures } from '../../../harness/stack/architectures.ts'
import { feed, feedSignIn, history, paced, rival } from '../outcome/build.ts'

const segments = [feed, feedSignIn, rival]
const probe = {
  at: 6_000,
  session: 'ann#1',
  app: 'feed',
  surface: 'web',
  region: 'us',
  accepted: true,
} as const
const holds: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome.isolation).toBe(1)
}
const breaks: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome.isolation).toBeLessThan(0.5)
}

interface Case {
  predict?: VerdictFunction | undefined
  doubts?: string[]
  falseAccepts?: number
  fidelity?: FidelityFinding[]
}

const finding = { fact: 'all fell', observed: 0.2, atLeast: 0.9, reproduced: false }

/** Judges a calm run, or one of the kind that is given. */
function judged(
  { predict = holds, doubts = [], falseAccepts = 0, fidelity = [] }: Case,
  run = history({ intents: paced(feed) }),
) {
  const deadSessionProbes = Array.from({ length: falseAccepts }, () => probe)
  return judge({
    scenario: { verdict: { hardened: predict } },
    architecture: 'hardened',
    expect: playwrightExpect,
    outcome: computeOutcome({ ...run, deadSessionProbes }, []),
    doubts,
    fidelity,
    segments,
  })
}

const reasonOf = (text: string) => expect.stringContaining(text)

describe('judge', () => {
  test.each<{ what: string; run: Case; verdict: string; reasons: unknown[] }>([
    { what: 'a prediction that holds', run: {}, verdict: 'held', reasons: [] },
    {
      what: 'one that does not',
      run: { predict: breaks },
      verdict: 'broke',
      reasons: [reasonOf('toBeLessThan')],
    },
    {
      what: 'one that holds, of a replay that does not look like its incident',
      run: { fidelity: [finding, { ...finding, fact: 'none returned', reproduced: true }] },
      verdict: 'broke',
      reasons: ['it does not look like what it replays: all fell (observed 0.2, at least 0.9)'],
    },
    {
      what: 'one that holds, in a run with a doubt',
      run: { doubts: ['too little traffic'] },
      verdict: 'not-proven',
      reasons: ['too little traffic'],
    },
    {
      what: 'one that does not, in a run with a doubt',
      run: { predict: breaks, doubts: ['too little traffic'] },
      verdict: 'not-proven',
      reasons: ['too little traffic', reasonOf('toBeLessThan')],
    },
    {
      what: 'one that holds, with false accepts',
      run: { falseAccepts: 2 },
      verdict: 'broke',
      reasons: ['2 false accepts: revoked sessions were served'],
    },
    {
      what: 'one that holds, with false accepts and a doubt',
      run: { falseAccepts: 1, doubts: ['too little traffic'] },
      verdict: 'broke',
      reasons: ['1 false accepts: revoked sessions were served'],
    },
    {
      what: 'one that does not, with false accepts',
      run: { predict: breaks, falseAccepts: 1 },
      verdict: 'broke',
      reasons: [reasonOf('1 false accepts'), reasonOf('toBeLessThan')],
    },
  ])('says of $what: $verdict', async ({ run, verdict, reasons }) => {
    expect(await judged(run)).toEqual({ verdict, reasons })
  })

  test('cannot say anything of an architecture without prediction, but that it served revoked sessions', async () => {
    const common = {
      scenario: { verdict: { hardened: holds } },
      architecture: 'cellular',
      expect: playwrightExpect,
      doubts: [],
      segments,
    }
    const calm = computeOutcome(history({ intents: paced(feed) }), [])
    expect(await judge({ ...common, outcome: calm })).toEqual({
      verdict: 'not-proven',
      reasons: ['no prediction for cellular'],
    })
    const accepting = computeOutcome(history({ intents: paced(feed), deadSessionProbes: [probe] }), [])
    expect((await judge({ ...common, outcome: accepting })).verdict).toBe('broke')
  })

  test("holds a user's own architecture without a prediction to that of its base", async () => {
    defineArchitectures([architecture('no-queue', { base: 'hardened', without: ['sign-in-queue'] })])
    const common = { architecture: 'no-queue', expect: playwrightExpect, doubts: [], segments }
    const outcome = computeOutcome(history({ intents: paced(feed) }), [])
    const verdict = { hardened: breaks, 'shared-fate': holds }
    expect((await judge({ ...common, scenario: { verdict }, outcome })).verdict).toBe('broke')
    const own = { ...verdict, 'no-queue': holds }
    expect((await judge({ ...common, scenario: { verdict: own }, outcome })).verdict).toBe('held')
    defineArchitectures([])
  })

  test('waits for a prediction that takes its time', async () => {
    const later: VerdictFunction = async context => {
      await new Promise(resolve => setTimeout(resolve, 20))
      await breaks(context)
    }
    expect((await judged({ predict: later })).verdict).toBe('broke')
  })

  test('says that a run broke that never recovered: null is not less than 3 s', async () => {
    const stuck = history({ intents: paced(feed, at => (at < 4_000 ? 'served' : 'error')) })
    const predict: VerdictFunction = ({ outcome, expect }) => {
      expect(outcome.timeToRecoverMs).toBeLessThan(3_000)
    }
    expect(computeOutcome(stuck, []).timeToRecoverMs).toBeNull()
    expect(await judged({ predict }, stuck)).toEqual({ verdict: 'broke', reasons: [reasonOf('null')] })
  })

  test('gives reasons without colours', async () => {
    const message = '\u001b[31mReceived: 2\u001b[39m'
    const predict: VerdictFunction = () => {
      throw Object.assign(new Error(message), { matcherResult: {} })
    }
    expect(await judged({ predict })).toEqual({ verdict: 'broke', reasons: ['Received: 2'] })
  })

  test.each<[string, VerdictFunction, string | RegExp]>([
    [
      'throws',
      () => {
        throw new TypeError('undefined is not a number')
      },
      'undefined is not a number',
    ],
    [
      'compares with nonsense',
      ({ expect }) => expect(1).toBeLessThan('2' as never),
      /expected value must be/,
    ],
    [
      'asks for an app that is not there',
      ({ outcome }) => void outcome.forcedLogouts({ app: 'fed' }),
      'no app "fed"; there are: feed, rival',
    ],
    [
      'asks for a region that is not there',
      ({ outcome }) => void outcome.harm({ region: 'eu' }),
      'no region "eu"; there are: us',
    ],
    [
      'asks for a segment without traffic',
      ({ outcome }) => void outcome.goodput({ app: 'rival', activity: 'sign-in' }),
      'picks no segment',
    ],
    [
      'asks for an activity that is not there',
      ({ outcome }) => void outcome.refused({ activity: 'login' as never }),
      'no activity "login"',
    ],
  ])('rejects if the verdict itself %s', async (_, predict, message) => {
    await expect(judged({ predict })).rejects.toThrow(message)
    await expect(judged({ predict, doubts: ['too little traffic'] })).rejects.toThrow(message)
  })

  test('refuses a selector by region where regions are put together, also for sessions, which keep theirs', async () => {
    const asked = judge({
      scenario: { verdict: { hardened: ({ outcome }) => void outcome.forcedLogouts({ region: 'us' }) } },
      architecture: 'hardened',
      expect: playwrightExpect,
      outcome: computeOutcome(history({ intents: paced(feed) }), [], { regions: 'pooled' }),
      doubts: [],
      segments: segments.map(segment => ({ ...segment, region: 'all' })),
    })
    await expect(asked).rejects.toThrow("write regions: 'apart' in the scenario")
  })

  test('names a wrong selector as a mistake of the scenario', async () => {
    await expect(judged({ predict: ({ outcome }) => void outcome.harm({ app: 'fed' }) })).rejects.toThrow(
      ScenarioError,
    )
  })

  test('gives the verdict the whole outcome', async () => {
    const predict: VerdictFunction = ({ outcome, expect }) => {
      expect(outcome.forcedLogouts().count).toBe(0)
      expect(outcome.goodput({ app: 'feed' })).toBe(1)
      expect(outcome.goodput({}, 'steady')).toBe(1)
      expect(outcome.harm()).toBe(0)
      expect(outcome.refused().count).toBe(0)
      expect(outcome.toJSON().segments).toHaveLength(1)
      expect(outcome.metastable).toBe(false)
    }
    expect(await judged({ predict })).toEqual({ verdict: 'held', reasons: [] })
  })
})
