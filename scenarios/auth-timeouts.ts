import { latency, scenario } from '../harness/index.ts'

export default scenario({
  title: 'Auth answers too late',
  story:
    'Every answer of the auth service comes, but seconds after its callers have given up. An app that reads silence as "no" signs its people out one page view at a time, and tells those who try again that their correct password is wrong. An app that knows the difference between "no" and "nobody knows" keeps serving those it has seen before, and asks the others to come back.',
  cause: 'network',
  replays: 'meta-2026-06-12',
  scope: [{ activity: 'sign-in' }, { activity: 'refresh' }],
  faults: [{ at: '2s', for: '6s', fault: latency({ link: '* -> auth', latencyMs: 8_000 }) }],
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      expect(outcome.forcedLogouts({ app: 'feed', surface: 'web' }).share).toBeGreaterThan(0.9)
      // Until shortly before the end: who begins to sign in then is still waiting when auth answers again.
      expect(
        outcome.goodput({ app: 'feed', activity: 'sign-in' }, { from: 2_000, until: 5_500 }),
      ).toBeLessThan(0.05)
      expect(outcome.refused({ app: 'feed' }).told['wrong-password']).toBeGreaterThan(10)
      expect(outcome.isolation).toBeLessThan(0.7)
      expect(outcome.harm({ app: 'rival' })).toBeLessThan(0.02)
    },
    hardened: ({ outcome, expect }) => {
      expect(outcome.forcedLogouts().count).toBe(0)
      expect(outcome.isolation).toBeGreaterThan(0.99)
      expect(outcome.refused().told['wrong-password']).toBe(0)
      expect(outcome.harm({ app: 'rival' })).toBeLessThan(0.02)
      expect(outcome.timeToRecoverMs).toBeLessThan(3_000)
    },
  },
})
