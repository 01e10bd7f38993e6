import { describe, expect, test } from 'vitest'
import { doubts } from '../../../harness/outcome/doubts.ts'
import type { History, Intent } from '../../../harness/outcome/history.ts'
import { computeOutcome } from '../../../harness/outcome/outcome.ts'
import type { Scope } from '../../../harness/scope.ts'
import { failing, feed, history, intent, paced, rival, session } from './build.ts'

function doubtsOf(parts: Partial<History>, scope: Scope = [], options?: { minIntents: number }): string[] {
  const run = history({ sessions: session('s', -100), ...parts })
  return doubts(run, computeOutcome(run, scope), options)
}

/** Served, and so many intents in the steady state and during the fault; some after it. */
function counted(steady: number, during: number): Intent[] {
  return [
    ...paced(rival, 'served', { from: 4_000 - steady * 100, until: 4_000 + during * 100 }),
    intent(rival, 9_000),
  ]
}

describe('doubts', () => {
  test('are none about a run with traffic, a steady state, sessions and an end', () => {
    expect(doubtsOf({ intents: [...paced(feed, failing(4_000, 12_000)), ...paced(rival)] })).toEqual([])
    expect(doubtsOf({ intents: paced(feed), faults: [] })).toEqual([])
  })

  test('name a segment outside the scope with too little traffic, and its window', () => {
    expect(doubtsOf({ intents: [...paced(feed), ...counted(8, 8)] })).toEqual([])
    expect(doubtsOf({ intents: [...paced(feed), ...counted(7, 8)] })).toEqual([
      'too little traffic: rival web us browse has 7 intents in the steady state, not 8',
    ])
    expect(doubtsOf({ intents: [...paced(feed), ...counted(40, 7)] })).toEqual([
      'too little traffic: rival web us browse has 7 intents during the fault, not 8',
    ])
  })

  test('are raised by a control group that is harmed, unless it is what was broken', () => {
    const harmed = (until: number) => [...paced(feed), ...paced(rival, failing(4_000, until))]
    expect(doubtsOf({ intents: harmed(4_400) })).toEqual([])
    expect(doubtsOf({ intents: harmed(4_500) })).toEqual([
      expect.stringMatching(/^the control group \(rival\) was harmed by 12\.5 %/),
    ])
    expect(doubtsOf({ intents: harmed(8_000) }, [{ app: 'rival' }])).toEqual([])
  })

  test('ask for as much traffic as they are told to', () => {
    const intents = [...paced(feed), ...counted(12, 12)]
    expect(doubtsOf({ intents }, [], { minIntents: 12 })).toEqual([])
    expect(doubtsOf({ intents }, [], { minIntents: 13 })).toHaveLength(2)
  })

  test('let a segment in scope do with less', () => {
    expect(doubtsOf({ intents: [...paced(feed), ...counted(3, 3)] }, { app: 'rival' })).toEqual([])
  })

  test('name a segment that cannot be measured, once, in scope too', () => {
    const intents = [...paced(feed), ...paced(rival, 'served', { from: 4_000 })]
    const doubt =
      'the harm of rival web us browse cannot be said: it lacks traffic, or nothing worked in the steady state'
    expect(doubtsOf({ intents })).toEqual([doubt])
    expect(doubtsOf({ intents }, { app: 'rival' })).toEqual([doubt])
  })

  test('name a segment whose recovery was not watched', () => {
    const intents = [...paced(feed), ...paced(rival, 'served', { until: 8_000 })]
    expect(doubtsOf({ intents })).toEqual([
      'the recovery of rival web us browse cannot be said: it has no traffic after the undo',
    ])
  })

  test('say that the steady state is too bad', () => {
    expect(
      doubtsOf({ intents: paced(feed, at => (at < 4_000 && at % 500 === 0 ? 'error' : 'served')) }),
    ).toEqual(['the steady state is not steady: its goodput is 80.0 %, not 98.0 %'])
  })

  test('say that the steady state drifts, from more than 5 points on', () => {
    // 1,000 intents in the first half and 100 in the second, where the failures are: few of all, many of their half.
    const drifting = (failures: number): Intent[] => [
      ...paced(feed, 'served', { until: 2_000, everyMs: 2 }),
      ...paced(feed, failing(2_000, 2_000 + failures * 20), { from: 2_000, everyMs: 20 }),
    ]
    expect(doubtsOf({ intents: drifting(5) })).toEqual([])
    expect(doubtsOf({ intents: drifting(6) })).toEqual([
      'the steady state is not steady: its goodput goes from 100.0 % to 94.0 % between its halves',
    ])
  })

  test('say that nothing happened in the steady state', () => {
    expect(doubtsOf({ intents: [] })).toEqual(['there is no traffic in the steady state (0 ms to 4000 ms)'])
  })

  test('say that nobody could be logged out', () => {
    expect(doubtsOf({ intents: paced(feed), sessions: session('late', 4_500) })).toEqual([
      'no session was alive when the first fault began, so nobody could be logged out',
    ])
    expect(doubtsOf({ intents: paced(feed), sessions: [], faults: [] })).toEqual([
      'no session was alive when the timeline began, so nobody could be logged out',
    ])
  })
})
