import { configPush, june12, scenario, type VerdictFunction } from '../harness/index.ts'

const theChangeIsRefused: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toIsolate({ atLeast: 0.99 })
  expect(outcome.refused().told['wrong-password']).toBe(0)
  // Signing in and renewing are in the scope, and yet there is nothing to be felt there either.
  expect(outcome).toLeaveUnharmed({ activity: ['sign-in', 'refresh'] }, { harm: 0.05 })
  expect(outcome).toLeaveUnharmed({ app: 'rival' })
  expect(outcome).toRecover({ withinMs: 3_000 })
}

export default scenario({
  title: 'A wrong token issuer is pushed to auth',
  story:
    "Somebody changes one line of the auth service's configuration: the name under which it issues tokens. The value is well-formed, every health check stays green, and within a second auth no longer knows any session or any account, since all of them belong to the old name. People are signed out of every app on the web and told that their correct passwords are wrong; so are the phones and the systems that ask auth each time. Phones with a credential that speaks for itself go on. An auth that tries a new configuration on a credential of its own before it takes it up refuses this one, and the rollout stops at the first auth that does.",
  cause: 'config',
  ...june12,
  needs: ['config-validation'],
  scope: [{ activity: 'sign-in' }, { activity: 'refresh' }],
  faults: [
    {
      at: '5500ms',
      for: '6s',
      fault: configPush({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
    },
  ],
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      const family = ['feed', 'messenger', 'photos', 'chat', 'ads']
      for (const app of family) {
        // A newcomer or two may just be there, who sign out again by themselves.
        expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.85 })
        expect(outcome.goodput({ app, surface: 'web', activity: 'browse' })).toBeLessThan(0.1)
      }
      expect(outcome).toSignOut({ app: ['feed', 'messenger'], surface: 'mobile' }, { share: 0.85 })
      for (const app of ['photos', 'chat'])
        expect(outcome.goodput({ app, surface: 'mobile', activity: 'browse' })).toBeGreaterThan(0.5)
      for (const app of ['messenger-api', 'business-api'])
        expect(outcome).toHarm({ app, activity: 'api-call' }, { atLeast: 0.5 })
      expect(outcome).toRefuseSignIns({ app: family }, { share: 0.8 })
      expect(outcome.refused({ app: family }).told['wrong-password']).toBeGreaterThan(10)
      expect(outcome.isolation).toBeLessThan(0.5)
      expect(outcome).toLeaveUnharmed({ app: 'rival' })
    },
    hardened: theChangeIsRefused,
    // Its cells are the rollout's stages, so that not even a change which nothing refuses goes beyond the first.
    cellular: theChangeIsRefused,
  },
})
