import { june12, latency, scenario, type VerdictFunction } from '../harness/index.ts'

const sessionsStand: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toIsolate({ atLeast: 0.99 })
  expect(outcome.refused().told['wrong-password']).toBe(0)
  expect(outcome).toLeaveUnharmed({ app: 'rival' })
  // Those who could not sign in meanwhile are let in one after the other, so as not to bring auth down again: that it
  // recovers by itself is the claim; how soon depends on who has the patience to come back when.
  expect(outcome).toRecover()
}

export default scenario({
  title: 'Auth answers too late',
  story:
    'Every answer of the auth service comes, but seconds after its callers have given up. An app that reads silence as "no" signs its people out one page view at a time, and tells those who try again that their correct password is wrong. Phones that ask auth about every request go the same way; those that can judge a credential by themselves go on, until it has to be renewed. An app that knows the difference between "no" and "nobody knows" keeps serving those it has seen before, and asks the others to come back. Where each region has an auth of its own, the others do not even notice.',
  cause: 'network',
  ...june12,
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation', 'cells'],
  scope: [{ activity: 'sign-in' }, { activity: 'refresh' }],
  faults: [{ at: '5500ms', for: '6s', fault: latency({ link: '* -> auth', latencyMs: 8_000 }) }],
  duration: '21500ms',
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      for (const app of ['feed', 'messenger', 'photos', 'chat', 'ads']) {
        // A newcomer or two may just be there, who sign out again by themselves.
        expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.75 })
        expect(outcome.goodput({ app, surface: 'web', activity: 'browse' })).toBeLessThan(0.2)
      }
      // A phone is thrown out when the check and then the renewal have gone unanswered, some 4 s after a look: those who
      // look last are spared.
      const phones = { app: ['feed', 'messenger'], surface: 'mobile' } as const
      expect(outcome).toSignOut(phones, { share: 0.6 })
      expect(outcome.goodput({ ...phones, activity: 'browse' })).toBeLessThan(0.3)
      for (const app of ['photos', 'chat'])
        expect(outcome.goodput({ app, surface: 'mobile', activity: 'browse' })).toBeGreaterThan(0.5)
      for (const app of ['messenger-api', 'business-api'])
        expect(outcome).toHarm({ app, activity: 'api-call' }, { atLeast: 0.5 })
      // Until shortly before the end: who begins to sign in then is still waiting when auth answers again.
      const family = { app: ['feed', 'messenger', 'photos', 'chat', 'ads'], activity: 'sign-in' } as const
      expect(outcome.goodput(family, { from: 5_500, until: 9_000 })).toBeLessThan(0.05)
      expect(outcome.refused(family).told['wrong-password']).toBeGreaterThan(10)
      expect(outcome.isolation).toBeLessThan(0.5)
      expect(outcome).toLeaveUnharmed({ app: 'rival' })
    },
    hardened: sessionsStand,
    cellular: context => {
      const { outcome, expect } = context
      sessionsStand(context)
      // One cell of four is struck: the other three sign in and renew as on any other day.
      expect(outcome.harm({ activity: ['sign-in', 'refresh'] })).toBeLessThan(0.4)
    },
  },
})
