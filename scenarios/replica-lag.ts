import { controlStands, holds, replicaLag, scenario } from '../harness/index.ts'

const fresh = { app: ['feed', 'messenger', 'ads'], surface: 'web' } as const

export default scenario({
  title: 'A replica is behind, and who has just signed in is signed out',
  story:
    'Auth reads sessions from a replica, to spare the database that takes the writes, and the replica falls behind by some seconds. Old sessions are found as ever. A session that was made a moment ago is not there yet, and "not there" is what auth says: people sign in, are welcomed, and are signed out with the next page. A miss on a replica is no proof; an auth that asks the primary before it says no is spared all of it.',
  cause: 'data',
  replays: 'github-2026-02-17',
  source: 'GitHub status, 2026-02-17',
  needs: ['tri-state-auth-result'],
  fidelity: [
    {
      fact: 'new sessions were refused',
      observe: outcome => outcome.forcedLogouts(fresh).count,
      atLeast: 3,
    },
    {
      fact: 'old ones were found: the share of those who fell was small',
      observe: outcome => outcome.forcedLogouts().share,
      atMost: 0.15,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '3s', for: '6s', fault: replicaLag({ lagMs: 4_000 }) }],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome.forcedLogouts(fresh).count).toBeGreaterThan(2)
      controlStands(context)
    },
    hardened: holds,
    cellular: holds,
  },
})
