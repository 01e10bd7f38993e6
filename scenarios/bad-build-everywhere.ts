import { badBuild, controlStands, scenario, webApps, whoIsInGoesOn } from '../harness/index.ts'

const phonesOnTheirOwn = { app: ['photos', 'chat'], surface: 'mobile', activity: 'browse' } as const

export default scenario({
  title: 'A build of auth that cannot start goes out to all rings at once',
  story:
    'An update meant for a ring of testers goes to every ring, because the system that keeps the rings apart has a fault of its own. The new build ends at its start, and within seconds there is no auth. Nobody can sign in or renew anything. Who holds a credential that an app can judge by itself goes on; whoever must be looked up at auth is lost, unless the app can tell "nobody answers" from "no". Cells are no help: a system that skips the rings skips them, too.',
  cause: 'deploy',
  replays: 'microsoft-2020-09-28',
  source: 'Microsoft RCA SM79-F88 (Azure AD, 2020-09-28)',
  lasted: '3h',
  differs:
    'There the record by which to go back was broken as well, so that it was done by hand; and most who were signed in went on, where here only those do whose app need not ask auth.',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation'],
  needsOneOf: [['circuit-breaker', 'retry-budget']],
  fidelity: [
    {
      fact: 'new sign-ins failed (17 % succeeded in the worst region)',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atMost: 0.3,
    },
    {
      fact: 'who was signed in already, with a token good for a while, mostly went on',
      observe: outcome => outcome.goodput(phonesOnTheirOwn),
      atLeast: 0.5,
    },
    { fact: 'a rollback brought it back', observe: outcome => outcome.timeToRecoverMs, atMost: 8_000 },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '6s', fault: badBuild({ service: 'auth@*', build: 'exits-at-start' }) }],
  duration: '21500ms',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      for (const app of webApps) expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.8 })
      expect(outcome.goodput(phonesOnTheirOwn)).toBeGreaterThan(0.5)
      expect(outcome.isolation).toBeLessThan(0.5)
      controlStands(context)
    },
    hardened: context => {
      whoIsInGoesOn(context)
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: webApps, activity: 'sign-in' }, { atLeast: 0.8 })
      // Nobody is there to be asked, and everybody keeps asking: not more than on a day like any other.
      expect(outcome.amplification).toBeLessThan(1.38)
    },
    cellular: whoIsInGoesOn,
  },
})
