import { holds, scenario, slowStore, webApps, webIsHarmed } from '../harness/index.ts'

export default scenario({
  title: 'The session store does half of what it is asked',
  story:
    'A node of the database is gone, and the others have its work to do as well: each question takes somewhat longer, and there are more questions than they can answer. Nothing has failed. Without an order among them all wait alike, each for so long that whoever asked has given up, and what is done is done for nobody. An auth that ranks its work turns people away who want to sign in, so that those who are signed in already can stay so: more of their phones get a new token in time.',
  cause: 'data',
  needs: ['tri-state-auth-result', 'load-shedding'],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '8s', fault: slowStore({ store: 'sessions', delayMs: 170 }) }],
  duration: '22s',
  verdict: {
    'shared-fate': webIsHarmed({ atLeast: 0.3 }),
    hardened: context => {
      holds(context)
      const { outcome, expect } = context
      // Not all of them: there is not enough for that. But more than one in three (0.39 to 0.55 over a dozen seeds), where
      // without an order it is one in four (0.19 to 0.35).
      expect(outcome).toKeepServing({ activity: 'refresh' }, { goodput: 0.36 })
      expect(outcome).toHarm({ app: webApps, activity: 'sign-in' }, { atLeast: 0.4 })
    },
    // Each has a store of its own, which a quarter of the people ask.
    cellular: holds,
  },
})
