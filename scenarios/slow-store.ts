import {
  controlStands,
  existing,
  oneCellWaits,
  scenario,
  slowStore,
  webApps,
  whoIsInGoesOn,
} from '../harness/index.ts'

export default scenario({
  title: 'The session store is slow, and every place in auth waits for it',
  story:
    'The store behind auth answers seconds late. Nothing fails at first: each request takes a place and waits, until there are no places left, and then those wait too who need nothing of the database. Codes and patience run out meanwhile, people try again, and each attempt takes another place. Apps that give up after a moment, and know that silence is no answer, go on with what they know.',
  cause: 'data',
  replays: 'microsoft-2018-11-19',
  source: 'The Register on the Azure MFA outage (2018-11-19); Epic postmortem of 2018-02-04',
  lasted: '14h',
  differs:
    'There the slow store was a cache, and doing without it did not suffice: servers had to be started anew.',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation', 'cells'],
  fidelity: [
    {
      fact: 'signing in hung and failed',
      // Until shortly before the end: who begins then is still waiting when the store is quick again.
      observe: outcome =>
        outcome.goodput({ app: webApps, activity: 'sign-in' }, { from: 5_500, until: 9_000 }),
      atMost: 0.2,
    },
    {
      fact: 'patience ran out, and people tried again: auth had more to do',
      // On a day like any other it is 1.4.
      observe: outcome => outcome.amplification,
      atLeast: 1.48,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '6s', fault: slowStore({ store: 'sessions', delayMs: 3_000 }) }],
  duration: '21500ms',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: webApps, surface: 'web', activity: existing }, { atLeast: 0.5 })
      expect(outcome.isolation).toBeLessThan(0.6)
      controlStands(context)
    },
    hardened: whoIsInGoesOn,
    cellular: oneCellWaits,
  },
})
