import { describe, expect, test } from 'vitest'
import { directiveFor } from '../../../services/config/directive.ts'
import {
  initialState,
  obstacleTo,
  type RolloutEvent,
  type RolloutSettings,
  type RolloutState,
  step,
} from '../../../services/config/rollout.ts'

const settings: RolloutSettings = {
  staged: true,
  bakeMs: 1_000,
  acknowledgeMs: 5_000,
  silentMs: 3_000,
  badShareRiseMax: 0.1,
  answersMin: 5,
}
const healthy = { before: { good: 20, bad: 0 }, since: { good: 20, bad: 0 } }
const regions = [
  { client: 'edge-us', region: 'us' },
  { client: 'edge-eu', region: 'eu' },
]

/** A document at version 1, to which things happen at given times. */
class Story {
  state: RolloutState = initialState(10)
  at = 0
  readonly settings: RolloutSettings

  constructor(changed: Partial<RolloutSettings> = {}) {
    this.settings = { ...settings, ...changed }
  }

  happens(event: RolloutEvent): this {
    this.state = step(this.state, event, this.at, this.settings)
    return this
  }
  push(clients: { client: string; region?: string }[], emergency = false): this {
    return this.happens({ kind: 'push', version: 2, clients, emergency })
  }
  applies(client: string, version = 2): this {
    return this.happens({ kind: 'acknowledged', client, version, status: 'applied' })
  }
  reports(client: string, counts = healthy): this {
    return this.happens({ kind: 'health', client, version: 2, ...counts })
  }
  /** Time passes, in which these clients report every 250 ms. */
  passes(ms: number, clients: string[] = [], counts = healthy): this {
    for (const end = this.at + ms; this.at < end; ) {
      this.at += 250
      for (const client of clients) this.reports(client, counts)
      this.happens({ kind: 'tick' })
    }
    return this
  }
  versionOf(client: string, region?: string): number {
    return directiveFor(this.state, client, region).version
  }
}

describe('a rollout', () => {
  test('goes region by region, then bakes as a whole, and only then is promoted', () => {
    const story = new Story().push(regions)
    expect([story.versionOf('edge-us', 'us'), story.versionOf('edge-eu', 'eu')]).toEqual([2, 1])
    expect(directiveFor(story.state, 'edge-us', 'us')).toMatchObject({ state: 'baking', revision: 11 })
    story.applies('edge-us').passes(750, ['edge-us'])
    expect(story.versionOf('edge-eu', 'eu')).toBe(1)
    story.passes(250, ['edge-us'])
    expect(story.versionOf('edge-eu', 'eu')).toBe(2)
    story.applies('edge-eu').passes(1_000, ['edge-us', 'edge-eu'])
    expect(story.state.promoted.version).toBe(1)
    story.passes(750, ['edge-us', 'edge-eu'])
    expect(story.state.promoted.version).toBe(1)
    story.passes(250, ['edge-us', 'edge-eu'])
    expect(story.state).toMatchObject({
      promoted: { version: 2 },
      ended: { version: 2, state: 'promoted', stage: 3, stages: 3 },
    })
    expect(story.state.rollout).toBeUndefined()
    expect(directiveFor(story.state, 'edge-us', 'us')).toMatchObject({ version: 2, state: 'promoted' })
  })

  test('without the mitigation is for everybody at once, and promoted', () => {
    const story = new Story({ staged: false }).push(regions)
    expect(story.state.ended).toEqual({ version: 2, state: 'promoted', stage: 1, stages: 1 })
    expect(story.versionOf('edge-eu', 'eu')).toBe(2)
  })

  test('is taken back by a refusal, for everybody, with a newer revision', () => {
    const story = new Story().push(regions)
    const told = directiveFor(story.state, 'edge-us', 'us').revision
    story.happens({ kind: 'acknowledged', client: 'edge-us', version: 2, status: 'refused', reason: 'no' })
    expect(story.state.ended).toMatchObject({ state: 'rolled-back', reason: 'edge-us refused version 2: no' })
    for (const { client, region } of regions) {
      const directive = directiveFor(story.state, client, region)
      expect(directive).toMatchObject({ version: 1, state: 'promoted' })
      expect(directive.revision).toBeGreaterThan(told)
    }
  })

  test('is taken back when its clients sign their users out, though nothing crashes', () => {
    const story = new Story().push(regions).applies('edge-us')
    story.passes(500, ['edge-us'], { before: { good: 100, bad: 0 }, since: { good: 5, bad: 5 } })
    expect(story.state.ended?.reason).toBe('stage "us": 5 of 10 answers bad since version 2, 0 of 100 before')
  })

  test('is taken back when an earlier stage sickens later', () => {
    const story = new Story().push(regions).applies('edge-us').passes(1_000, ['edge-us']).applies('edge-eu')
    story.passes(250, ['edge-us'], { before: { good: 9, bad: 0 }, since: { good: 9, bad: 9 } })
    expect(story.state.ended).toMatchObject({ state: 'rolled-back', stage: 2 })
  })

  test('is not blamed for an outage that was there before', () => {
    const outage = { before: { good: 10, bad: 90 }, since: { good: 1, bad: 19 } }
    const story = new Story()
      .push([{ client: 'a' }])
      .applies('a')
      .passes(2_500, ['a'], outage)
    expect(story.state.promoted.version).toBe(2)
  })

  test('fails when a client does not acknowledge', () => {
    const story = new Story().push(regions).passes(5_000)
    expect(story.state.rollout).toBeDefined()
    story.passes(250)
    expect(story.state.ended?.reason).toBe('edge-us did not acknowledge version 2 within 5000 ms')
  })

  test('fails when a client goes silent in its stage, and never passes without its report', () => {
    const story = new Story().push(regions).applies('edge-us').passes(750, ['edge-us']).passes(2_750)
    expect(story.state.rollout?.stage).toBe(0)
    story.passes(500)
    expect(story.state.ended?.reason).toBe('edge-us has been silent for 3000 ms while it tried version 2')
  })

  test('fails when a client that has applied it starts again', () => {
    const story = new Story().push(regions)
    story.happens({ kind: 'seen', client: 'edge-us', region: 'us', anew: true })
    expect(story.state.rollout).toBeDefined()
    story.applies('edge-us').happens({ kind: 'seen', client: 'edge-us', region: 'us', anew: false })
    expect(story.state.rollout).toBeDefined()
    story.happens({ kind: 'seen', client: 'edge-us', region: 'us', anew: true })
    expect(story.state.ended?.reason).toBe('edge-us started again while it tried version 2')
  })

  test('waits, then fails, when a client that had plenty to answer hangs on everything', () => {
    const hangs = { before: { good: 200, bad: 0 }, since: { good: 0, bad: 0 } }
    const story = new Story()
      .push([{ client: 'a' }])
      .applies('a')
      .passes(4_000, ['a'], hangs)
    expect(story.state.rollout?.stage).toBe(0)
    story.passes(250, ['a'], hangs)
    expect(story.state.ended?.reason).toContain('hardly answers any more')
  })

  test('without traffic goes by acknowledgement and by being there', () => {
    const idle = { before: { good: 3, bad: 0 }, since: { good: 0, bad: 0 } }
    const story = new Story()
      .push([{ client: 'a' }])
      .applies('a')
      .passes(2_500, ['a'], idle)
    expect(story.state.promoted.version).toBe(2)
  })

  test('without clients still takes one bake', () => {
    const story = new Story().push([]).passes(750)
    expect(story.state.promoted.version).toBe(1)
    expect(story.passes(250).state.promoted.version).toBe(2)
  })

  test('what a client says about another version changes nothing', () => {
    const story = new Story().push(regions).applies('edge-us', 1).applies('edge-us', 3)
    story.happens({ kind: 'acknowledged', client: 'edge-us', version: 1, status: 'refused' })
    story.happens({ kind: 'acknowledged', client: 'edge-eu', version: 2, status: 'refused' })
    expect(story.state.rollout?.members.map(({ applied }) => applied)).toEqual([false, false])
  })
})

describe('a client that joins during a rollout', () => {
  test.each([
    ['us', 2],
    ['eu', 1],
    [undefined, 1],
  ])('from %s runs version %i', (region, version) => {
    const story = new Story().push(regions)
    const place = region === undefined ? {} : { region }
    story.happens({ kind: 'seen', client: 'edge-new', ...place, anew: true })
    expect(story.versionOf('edge-new', region)).toBe(version)
  })

  test('has to bake too before the whole is promoted', () => {
    const story = new Story()
      .push([{ client: 'a' }])
      .applies('a')
      .passes(1_000, ['a'])
    story.happens({ kind: 'seen', client: 'late', anew: true })
    story.passes(2_000, ['a'])
    expect(story.versionOf('late')).toBe(2)
    expect(story.state.promoted.version).toBe(1)
    story.applies('late').passes(1_000, ['a', 'late'])
    expect(story.state.promoted.version).toBe(2)
  })
})

describe('operators', () => {
  test('push one thing at a time, and nothing while frozen', () => {
    const story = new Story()
    expect(obstacleTo(story.state)).toBeUndefined()
    expect(obstacleTo(story.push(regions).state)).toBe('rollout_under_way')
    story.happens({ kind: 'freeze', frozen: true })
    expect(obstacleTo(story.state)).toBe('frozen')
  })

  test('an emergency is for everybody at once and ends what is under way', () => {
    const story = new Story().push(regions)
    story.happens({ kind: 'push', version: 3, clients: regions, emergency: true })
    expect([story.versionOf('edge-us', 'us'), story.versionOf('edge-eu', 'eu')]).toEqual([3, 3])
    expect(story.state.rollout).toBeUndefined()
  })

  test('a freeze holds a rollout where it is; after it the bake begins again', () => {
    const story = new Story().push(regions).applies('edge-us').passes(500, ['edge-us'])
    story.happens({ kind: 'freeze', frozen: true }).passes(5_000, ['edge-us'])
    expect(story.state.rollout?.stage).toBe(0)
    story.happens({ kind: 'freeze', frozen: false }).passes(750, ['edge-us'])
    expect(story.state.rollout?.stage).toBe(0)
    story.passes(250, ['edge-us'])
    expect(story.state.rollout?.stage).toBe(1)
  })

  test('a freeze does not hold the way back', () => {
    const story = new Story().push(regions).applies('edge-us').happens({ kind: 'freeze', frozen: true })
    story.passes(250, ['edge-us'], { before: { good: 9, bad: 0 }, since: { good: 0, bad: 9 } })
    expect(story.state.ended?.state).toBe('rolled-back')
  })

  test('a rollback ends a rollout', () => {
    const story = new Story().push(regions).happens({ kind: 'rollback', to: 1, reason: 'asked' })
    expect(story.state.ended).toMatchObject({ version: 2, state: 'rolled-back', reason: 'asked' })
  })
})

test('after it was away itself, a rollout bakes anew and holds no silence against anybody', () => {
  const story = new Story()
    .push([{ client: 'a' }])
    .applies('a')
    .passes(1_750, ['a'])
  story.at += 60_000
  story.happens({ kind: 'resumed' }).happens({ kind: 'tick' })
  expect(story.state.rollout?.stage).toBe(2)
  story.passes(750, ['a'])
  expect(story.state.promoted.version).toBe(1)
  story.passes(250, ['a'])
  expect(story.state.promoted.version).toBe(2)
})
