/** The rollout under whatever may happen to it, against what a plain bystander has written down. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
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
const clients = [
  { client: 'us-1', region: 'us' },
  { client: 'us-2', region: 'us' },
  { client: 'eu-1', region: 'eu' },
  { client: 'nowhere' },
]

const someone = fc.constantFrom(...clients)
const sick = fc.boolean().map(isSick => ({ good: isSick ? 0 : 10, bad: isSick ? 10 : 0 }))
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('push'), who: fc.subarray(clients), emergency: rarely() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze'), frozen: rarely() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resume') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('seen'), who: someone, anew: rarely() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse'), who: someone }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report'), who: someone, since: sick }) },
  // All well for a while: else hardly anything would ever be promoted.
  { weight: 10, arbitrary: fc.record({ do: fc.constant('live'), ms: fc.integer({ min: 100, max: 8_000 }) }) },
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

function rarely() {
  return fc.integer({ min: 0, max: 9 }).map(number => number === 0)
}

/** What can be seen from outside: who was told what, what they said, when. */
class Bystander {
  state: RolloutState = initialState(1)
  at = 0
  promotions = 0
  #newest = 1
  #pushedAt = 0
  readonly #applied = new Set<string>()
  readonly #told = new Set<string>()
  #isRefused = false

  happens(event: RolloutEvent): void {
    const before = this.state
    if (event.kind === 'acknowledged' && event.version === before.rollout?.version)
      this.#noteSaid(event, before)
    this.state = step(before, event, this.at, settings)
    this.#check(before, event)
    for (const { client, region } of clients) {
      if (directiveFor(this.state, client, region).state === 'baking') this.#told.add(client)
    }
  }

  push(who: { client: string; region?: string }[], emergency: boolean): void {
    if (!emergency && obstacleTo(this.state)) return
    this.#newest += 1
    this.#pushedAt = this.at
    this.#applied.clear()
    this.#told.clear()
    this.#isRefused = false
    this.happens({ kind: 'push', version: this.#newest, clients: who, emergency })
  }

  /** Everybody who was told acknowledges, everybody who bakes reports. */
  live(ms: number): void {
    for (const end = this.at + ms; this.at < end; this.at += 100) {
      const { rollout } = this.state
      for (const { client, stage, applied } of rollout?.members ?? []) {
        if (rollout === undefined || stage > rollout.stage) continue
        const about = { client, version: rollout.version }
        if (!applied) this.happens({ kind: 'acknowledged', ...about, status: 'applied' })
        else
          this.happens({ kind: 'health', ...about, before: { good: 9, bad: 0 }, since: { good: 9, bad: 0 } })
      }
      this.happens({ kind: 'tick' })
    }
  }

  #noteSaid({ client, status }: RolloutEvent & { kind: 'acknowledged' }, { rollout }: RolloutState): void {
    const member = rollout?.members.find(member => member.client === client)
    if (!member || !rollout || member.stage > rollout.stage) return
    if (status === 'applied') this.#applied.add(client)
    else this.#isRefused = true
  }

  #check(before: RolloutState, event: RolloutEvent): void {
    const { state } = this
    expect(state.revision).toBeGreaterThanOrEqual(before.revision)
    for (const { client, region } of clients) {
      const [then, now] = [before, state].map(seen => directiveFor(seen, client, region))
      // What a client is to run changes only with a newer revision, or it would never hear of it.
      if (then?.version !== now?.version || then?.state !== now?.state)
        expect(now?.revision).toBeGreaterThan(then?.revision ?? 0)
    }
    if (state.ended !== before.ended && state.ended?.state === 'rolled-back') {
      for (const { client, region } of clients) {
        expect(directiveFor(state, client, region)).toEqual({ ...state.promoted, state: 'promoted' })
      }
    }
    const isStagedPromotion =
      before.rollout && state.ended !== before.ended && state.ended?.state === 'promoted'
    if (isStagedPromotion && event.kind !== 'push') this.#checkPromotion(before)
    // Nothing else ever changes what is promoted.
    else if (event.kind !== 'push' && event.kind !== 'rollback')
      expect(state.promoted.version).toBe(before.promoted.version)
  }

  #checkPromotion(before: RolloutState): void {
    this.promotions += 1
    expect(before.frozen).toBe(false)
    expect(this.at - this.#pushedAt).toBeGreaterThanOrEqual(settings.bakeMs)
    expect(this.#isRefused).toBe(false)
    const members = before.rollout?.members.map(({ client }) => client) ?? []
    expect(members.filter(client => !this.#applied.has(client))).toEqual([])
    // One bake for each stage that has clients, and one for the whole.
    const stages = new Set(before.rollout?.members.map(({ stage }) => stage))
    if ([...this.#told].every(client => members.includes(client)) && stages.size > 0)
      expect(this.at - this.#pushedAt).toBeGreaterThanOrEqual(2 * settings.bakeMs)
  }
}

test('whatever happens: no promotion without acknowledgements and bake, one way back for all, growing revisions', () => {
  let promotions = 0
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), actions => {
      const bystander = new Bystander()
      for (const next of actions) perform(bystander, next as Action)
      promotions += bystander.promotions
    }),
    { numRuns: 300 },
  )
  // The property must have had something to be about.
  expect(promotions).toBeGreaterThan(20)
})

function perform(bystander: Bystander, action: Action): void {
  const version = bystander.state.rollout?.version ?? 1
  if ('emergency' in action) bystander.push(action.who, action.emergency)
  else if ('ms' in action) bystander.live(action.ms)
  else if ('frozen' in action) bystander.happens({ kind: 'freeze', frozen: action.frozen })
  else if ('anew' in action) bystander.happens({ kind: 'seen', ...action.who, anew: action.anew })
  else if ('since' in action) {
    const { client } = action.who
    bystander.happens({ kind: 'health', client, version, before: { good: 9, bad: 0 }, since: action.since })
  } else if ('who' in action)
    bystander.happens({ kind: 'acknowledged', client: action.who.client, version, status: 'refused' })
  else if (action.do === 'resume') bystander.happens({ kind: 'resumed' })
  else bystander.happens({ kind: 'rollback', to: 1, reason: 'asked' })
}
