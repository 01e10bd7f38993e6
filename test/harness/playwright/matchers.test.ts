import { describe, expect, test } from 'vitest'
import { ScenarioError, UsageError } from '../../../harness/errors.ts'
import type { Outcome } from '../../../harness/outcome/outcome.ts'
import { expect as outcomeExpect } from '../../../harness/playwright/matchers.ts'
import type { VerdictFunction } from '../../../harness/scenario.ts'
import { feed, paced } from '../outcome/build.ts'
import { calm, failure, harmful, judged, outage, silent, stuck, withRival } from './outcomes.ts'

type Case = {
  name: string
  passes: (verdict: ReturnType<typeof outcomeExpect<Outcome>>) => void
  on: Outcome
  not: Outcome
}

describe('each matcher passes on one outcome, and its opposite on another:', () => {
  test.each<Case>([
    {
      name: 'toKeepEveryoneSignedIn',
      passes: each => each.toKeepEveryoneSignedIn({ app: 'feed', surface: 'web' }),
      on: calm,
      not: outage,
    },
    {
      name: 'toSignOut',
      passes: each => each.toSignOut({ surface: 'web' }, { share: 0.75 }),
      on: outage,
      not: calm,
    },
    {
      name: 'toServeNoDeadSession',
      passes: each => each.toServeNoDeadSession(),
      on: calm,
      not: outage,
    },
    { name: 'toIsolate', passes: each => each.toIsolate(), on: calm, not: outage },
    { name: 'toKeepServing', passes: each => each.toKeepServing({ app: 'feed' }), on: calm, not: outage },
    { name: 'toHarm', passes: each => each.toHarm({ surface: 'web' }), on: outage, not: calm },
    { name: 'toLeaveUnharmed', passes: each => each.toLeaveUnharmed({ app: 'feed' }), on: calm, not: outage },
    { name: 'toRefuseSignIns', passes: each => each.toRefuseSignIns(), on: outage, not: calm },
    { name: 'toRecover', passes: each => each.toRecover(), on: outage, not: stuck },
    {
      name: 'toRecover in time',
      passes: each => each.toRecover({ withinMs: 2_000 }),
      on: outage,
      not: stuck,
    },
  ])('$name', ({ passes, on, not }) => {
    passes(outcomeExpect(on))
    passes(outcomeExpect(not).not)
    failure(() => passes(outcomeExpect(not)))
    expect(failure(() => passes(outcomeExpect(on).not))).toMatch(/^expect\(outcome\)\.not\./)
  })
})

describe('a number that is exactly at its limit', () => {
  test('passes, also where it cannot be written down exactly', () => {
    // 1 - 0.98 is a little more than 0.02.
    const intents = paced(feed, at => (at === 4_000 ? 'error' : 'served'), { everyMs: 80 })
    const { segments } = withRival(intents)
    expect(segments[0]?.harm).toBeGreaterThan(0.02)
    outcomeExpect(withRival(intents)).toLeaveUnharmed({ app: 'feed' }, { harm: 0.02 })
  })
})

describe('where nothing was measured, neither holds:', () => {
  test.each<[string, Case['passes'], string]>([
    ['toKeepEveryoneSignedIn', each => each.toKeepEveryoneSignedIn(), 'no session was alive'],
    ['toSignOut', each => each.toSignOut(), 'no session was alive'],
    ['toIsolate', each => each.toIsolate(), 'no segment outside the scope was measured'],
    ['toKeepServing', each => each.toKeepServing(), 'nobody wanted anything'],
    ['toHarm', each => each.toHarm(), 'no harm could be measured in 2 segments'],
    ['toLeaveUnharmed', each => each.toLeaveUnharmed({ app: 'feed' }), 'no harm could be measured'],
    ['toRefuseSignIns', each => each.toRefuseSignIns(), 'nobody signed in'],
    ['toRecover', each => each.toRecover(), 'no traffic after the undo'],
  ])('%s', (_, check, reason) => {
    expect(failure(() => check(outcomeExpect(silent)))).toContain(reason)
    expect(failure(() => check(outcomeExpect(silent).not))).toContain(reason)
  })
})

describe('bad input is a mistake, and no failed expectation:', () => {
  test.each<[string, Case['passes'], string]>([
    ['a share above 1', each => each.toSignOut({}, { share: 1.5 }), 'share is 1.5: give a share above 0'],
    ['a bound that nothing can miss', each => each.toHarm({}, { atLeast: 0 }), 'atLeast is 0'],
    ['no number', each => each.toKeepServing({}, { goodput: Number.NaN }), 'goodput is NaN'],
    [
      'a harm of 1',
      each => each.toLeaveUnharmed({}, { harm: 1 }),
      'harm is 1: give a share from 0 to below 1',
    ],
    ['a negative time', each => each.toRecover({ withinMs: -1 }), 'withinMs is -1: give a number of milli'],
    ['unknown words', each => each.toRefuseSignIns({}, { told: 'no' as never }), "told is 'no': give one of"],
    [
      'an unknown option',
      each => each.toIsolate({ least: 1 } as never),
      'no option "least"; there are: atLeast',
    ],
    [
      'options in place of the selector',
      each => each.toSignOut({ share: 0.5 } as never),
      'write toSignOut({}, { share: 0.5 })',
    ],
    ['several selectors', each => each.toHarm([{ app: 'feed' }] as never), 'is no selector'],
    ['options that are none', each => each.toHarm({}, 0.5 as never), '0.5 is no set of options'],
    ['an app that is not there', each => each.toHarm({ app: 'fed' }), 'no app "fed"; there are: feed, rival'],
    ['an app without sessions', each => each.toKeepEveryoneSignedIn({ app: 'rival' }), 'no app "rival"'],
    ['a field that is not there', each => each.toSignOut({ apps: 'feed' } as never), 'no field "apps"'],
    [
      'a selector without segments',
      each => each.toKeepServing({ app: 'rival', surface: 'mobile' }),
      'picks no',
    ],
    ['a selector without sign-ins', each => each.toRefuseSignIns({ app: 'rival' }), 'no sign-in among'],
  ])('%s', (_, check, message) => {
    for (const subject of [outcomeExpect(outage), outcomeExpect(outage).not]) {
      expect(() => check(subject)).toThrow(UsageError)
      expect(() => check(subject)).toThrow(message)
    }
  })

  test('what is not an outcome', () => {
    expect(() => outcomeExpect(outage.isolation as unknown as Outcome).toIsolate()).toThrow(
      new UsageError(`toIsolate: ${outage.isolation} is not an outcome; write expect(outcome).toIsolate()`),
    )
    expect(() => outcomeExpect(null as unknown as Outcome).toRecover()).toThrow(UsageError)
  })
})

describe('in a verdict', () => {
  test('a failure breaks it, and its reason is the whole message', async () => {
    const judgement = await judged(({ outcome, expect }) => expect(outcome).toIsolate())
    const message = failure(() => outcomeExpect(harmful).toIsolate())
    expect(judgement).toEqual({ verdict: 'broke', reasons: [message] })
  })

  test('a matcher that passes holds', async () => {
    const predict: VerdictFunction = ({ outcome, expect }) => {
      expect(outcome).toServeNoDeadSession()
      expect(outcome).not.toIsolate()
      expect(outcome).toRecover()
    }
    expect(await judged(predict)).toEqual({ verdict: 'held', reasons: [] })
  })

  test.each<[string, VerdictFunction]>([
    ['a selector', ({ outcome, expect }) => expect(outcome).toHarm({ app: 'fed' })],
    ['a selector of sessions', ({ outcome, expect }) => expect(outcome).toSignOut({ region: 'mars' })],
  ])('%s that picks nothing is a mistake of the scenario', async (_, predict) => {
    await expect(judged(predict)).rejects.toThrow(ScenarioError)
  })

  test('the matchers are there for an outcome, and for nothing else', () => {
    const verdict: VerdictFunction = ({ outcome, expect }) => {
      expect(outcome).toIsolate()
      // @ts-expect-error a number is no outcome
      expect(outcome.isolation).toIsolate()
      // @ts-expect-error it takes no selector
      expect(outcome).toIsolate({ app: 'feed' })
    }
    expect(verdict).toBeTypeOf('function')
  })
})
