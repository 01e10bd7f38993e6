import { configPush, scenario } from '../harness/index.ts'

export default scenario({
  title: 'A wrong token issuer is pushed to auth',
  story:
    "Somebody changes one line of the auth service's configuration: the name under which it issues tokens. The value is well-formed, every health check stays green, and within a second auth no longer knows any session or any account, since all of them belong to the old name. People are signed out and told that their correct passwords are wrong. A service that tries a new configuration on a credential of its own before it takes it up refuses this one.",
  cause: 'config',
  replays: 'meta-2026-06-12',
  scope: { activity: 'sign-in' },
  faults: [
    {
      at: '2s',
      for: '6s',
      fault: configPush({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
    },
  ],
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      expect(outcome.forcedLogouts({ app: 'feed', surface: 'web' }).share).toBeGreaterThan(0.9)
      expect(outcome.refused({ app: 'feed' }).share).toBeGreaterThan(0.9)
      expect(outcome.isolation).toBeLessThan(0.5)
      expect(outcome.harm({ app: 'rival' })).toBeLessThan(0.02)
    },
    hardened: ({ outcome, expect }) => {
      expect(outcome.forcedLogouts().count).toBe(0)
      expect(outcome.isolation).toBeGreaterThan(0.99)
      expect(outcome.harm({ app: 'rival' })).toBeLessThan(0.02)
      expect(outcome.timeToRecoverMs).toBeLessThan(3_000)
    },
  },
})
