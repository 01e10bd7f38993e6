import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../harness/errors.ts'
import { configEmpty } from '../../harness/faults/config/config-empty.ts'
import { configPush } from '../../harness/faults/config/config-push.ts'
import { down } from '../../harness/faults/network/down.ts'
import { latency } from '../../harness/faults/network/latency.ts'
import { type ScenarioDefinition, scenario } from '../../harness/scenario.ts'
import { architecture, defineArchitectures } from '../../harness/stack/architectures.ts'

const slow = latency({ link: '* -> auth', latencyMs: 100 })
const push = configPush({ service: 'auth', change: { audience: 'nobody' } })

const good: ScenarioDefinition = {
  title: 'Auth is slow',
  cause: 'network',
  scope: [],
  faults: [{ at: '2s', for: '1.5s', fault: slow }],
  verdict: { hardened: () => {} },
}

/** What is wrong with the good scenario, changed; [] if nothing. */
function problemsOf(change: { [Field in keyof ScenarioDefinition]?: unknown }): string[] {
  try {
    scenario({ ...good, ...change } as ScenarioDefinition)
    return []
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    const [first, ...problems] = error.message.split('\n')
    expect(first).toBe('the scenario does not make sense:')
    return problems.map(problem => problem.replace(/^ {2}- /, ''))
  }
}

describe('scenario', () => {
  test('gives its times in milliseconds', () => {
    expect(scenario(good)).toMatchObject({
      title: good.title,
      schedule: [{ fromMs: 2_000, toMs: 3_500, fault: slow }],
    })
  })

  test('leaves 6 s to recover after the last fault to end, 16.5 s without faults, or what it says', () => {
    const both = [
      { at: '1s', for: '5s', fault: slow },
      { at: '2s', for: '1s', fault: slow },
    ] as const
    expect(scenario({ ...good, faults: both }).timelineMs).toBe(12_000)
    expect(scenario({ ...good, cause: 'none', faults: [] }).timelineMs).toBe(16_500)
    expect(scenario({ ...good, duration: '20s' }).timelineMs).toBe(20_000)
  })

  test('lists everything that is wrong at once', () => {
    const problems = problemsOf({
      title: ' ',
      cause: 'weather',
      scope: { app: 'fed' },
      faults: [{ at: 'soon', for: '0s', fault: slow }],
      verdict: { hardend: () => {} },
    })
    expect(problems).toEqual([
      'title: missing',
      expect.stringMatching(/^cause: "weather" is none of none, network, /),
      expect.stringMatching(/^scope: no app "fed"; there are: feed, messenger, .*, rival$/),
      expect.stringMatching(/^faults\[0\]\.at: "soon" is not a duration/),
      'faults[0].for: a fault of 0s cannot have an effect',
      'verdict: no architecture "hardend"; there are: shared-fate, hardened, cellular',
    ])
  })

  test.each([
    { change: { title: undefined }, problem: 'title: missing' },
    { change: { replays: 'meta-2026-06-12' }, problem: 'source: missing; the title of the account' },
    { change: { source: 'The Register' }, problem: 'replays: missing, though there is a source' },
    {
      change: {
        replays: 'meta-2026-06-12',
        source: 'The Register',
        fidelity: [{ fact: 'all fell', observe: () => 1 }],
      },
      problem: 'fidelity[0] (all fell): give atLeast or atMost, or it could not fail',
    },
    {
      change: { replays: 'meta-2026-6-12', source: 'The Register' },
      problem: 'replays: "meta-2026-6-12" is not of the form',
    },
    { change: { needs: ['retry-bugdet'] }, problem: 'needs: no mitigation "retry-bugdet"; there are: ' },
    { change: { needsOneOf: [['cells', 'nope']] }, problem: 'needsOneOf: no mitigation "nope"; there are: ' },
    {
      change: { needsOneOf: [['cells']] },
      problem: 'needsOneOf: [cells] leaves no choice; name it in needs',
    },
    {
      change: { needs: ['cells'], needsOneOf: [['bulkhead', 'cells']] },
      problem: 'needsOneOf: "cells" is in needs already',
    },
    { change: { scope: undefined }, problem: 'scope: missing; [] if nothing may be harmed' },
    {
      change: { scope: [{}, { region: ['us', 'moon'] }] },
      problem: 'scope: no region "moon"; there are: us, eu, asia, me',
    },
    { change: { scope: { surface: 'tv' } }, problem: 'scope: no surface "tv"; there are: web, mobile, api' },
    {
      change: { scope: { activity: 'login' } },
      problem: 'scope: no activity "login"; there are: browse',
    },
    { change: { regions: 'pooled' }, problem: 'regions: "pooled" is not "apart"; leave it out' },
    {
      change: { scope: { app: 'rival', surface: 'mobile' } },
      problem: 'scope: {"app":"rival","surface":"mobile"}',
    },
    {
      change: { duration: '3s' },
      problem: "faults[0]: lasts until 3500 ms, beyond the timeline's end at 3000 ms",
    },
    { change: { duration: '1 day' }, problem: 'duration: "1 day" is not a duration' },
    {
      change: { faults: [], duration: '1s' },
      problem: 'duration: 1s leaves no steady state; at least 3000 ms',
    },
    { change: { abortWhen: 0.5 }, problem: 'abortWhen: 0.5 is not a function of the live measures' },
    { change: { verdict: undefined }, problem: 'verdict: missing; one function for each architecture' },
    { change: { verdict: {} }, problem: 'verdict: missing; one function for each architecture' },
    { change: { verdict: { hardened: true } }, problem: 'verdict.hardened: true is not a function' },
  ])('refuses $change', ({ change, problem }) => {
    expect(problemsOf(change)).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    {
      fault: { at: '900ms', for: '1s', fault: slow },
      problem: '.at: 900ms leaves no steady state; at least 1000 ms',
    },
    { fault: { at: '2s', for: '-1s', fault: slow }, problem: '.for: "-1s" is negative' },
    { fault: { at: '2s', fault: slow }, problem: '.for: "undefined" is not a duration' },
    { fault: { at: '2s', for: '1s' }, problem: '.fault: undefined is not a fault' },
    {
      fault: { at: '2s', for: '1s', fault: latency({ link: 'feed -> rival', latencyMs: 1 }) },
      problem: ' (latency): no link "feed -> rival"; there are: internet -> edge, ',
    },
    {
      fault: { at: '2s', for: '1s', fault: configPush({ service: 'rival', change: { graceMs: 0 } }) },
      problem: ' (config-push): no service "rival" with a configuration; there are: auth, feed, ',
    },
  ])('refuses the fault $fault.at $fault.for, saying which: $problem', ({ fault, problem }) => {
    const faults = [{ at: '2s', for: '1s', fault: slow }, fault]
    expect(problemsOf({ faults })).toEqual([expect.stringContaining(`faults[1]${problem}`)])
  })

  test('refuses two faults that hold the same at once, of which each would undo the other', () => {
    const first = { at: '2s', for: '3s', fault: push }
    const empty = configEmpty({ service: 'auth', form: 'document' })
    const problem =
      'faults[1] (config-empty at auth): overlaps faults[0] (config-push at auth), and both hold document:auth'
    expect(problemsOf({ faults: [first, { at: '4s', for: '1s', fault: empty }] })).toEqual([problem])
    expect(problemsOf({ faults: [first, { at: '5s', for: '1s', fault: empty }] })).toEqual([])
    const other = configPush({ service: 'feed', change: { graceMs: 0 } })
    expect(problemsOf({ faults: [first, { ...first, fault: other }] })).toEqual([])
    // Of links, each is a thing of its own, and what all hold is said of each.
    const one = { at: '2s', for: '3s', fault: down({ link: '* -> rival-auth' }) }
    expect(problemsOf({ faults: [one, { ...one, fault: down({ link: 'rival -> rival-auth' }) }] })).toEqual([
      'faults[1] (down at rival -> rival-auth): overlaps faults[0] (down at * -> rival-auth), and both hold link:rival-to-rival-auth',
    ])
  })

  test('puts regions together, unless it says otherwise or its scope names one', () => {
    expect(scenario(good).regions).toBe('pooled')
    expect(scenario({ ...good, regions: 'apart' }).regions).toBe('apart')
    expect(scenario({ ...good, scope: [{ app: 'feed' }, { region: 'eu' }] }).regions).toBe('apart')
  })

  test('is checked against the topologies of the architectures that it predicts something for', () => {
    const faultOf = (link: string) => [{ at: '2s', for: '1s', fault: latency({ link, latencyMs: 1 }) }]
    const faults = faultOf('feed -> auth-us-1')
    expect(problemsOf({ faults, verdict: { cellular() {} } })).toEqual([])
    expect(problemsOf({ faults, verdict: { cellular() {}, hardened() {} } })).toEqual([
      expect.stringMatching(/^faults\[0\] \(latency\): no link "feed -> auth-us-1"; there are: /),
    ])
    expect(problemsOf({ faults: faultOf('feed -> auth@mars'), verdict: { cellular() {} } })).toHaveLength(1)
    // Said once, although it is wrong in both.
    expect(
      problemsOf({ faults: faultOf('feed -> rival'), verdict: { hardened() {}, 'shared-fate'() {} } }),
    ).toHaveLength(1)
  })

  test("takes predictions for a user's own architecture once it is known", () => {
    const verdict = { 'no-queue': () => {} }
    expect(problemsOf({ verdict })).toEqual([expect.stringMatching(/^verdict: no architecture "no-queue"/)])
    defineArchitectures([architecture('no-queue', { base: 'hardened', without: ['sign-in-queue'] })])
    expect(problemsOf({ verdict })).toEqual([])
    defineArchitectures([])
  })

  test('is checked against the topology and crowd that it is for', () => {
    const empty = { services: [], doors: [], control: [], cells: [] }
    expect(() => scenario(good, { topologies: [empty] })).toThrow('no link "* -> auth"')
    expect(() => scenario({ ...good, scope: { app: 'feed' } }, { groups: [] })).toThrow('no app "feed"')
  })
})
