import { controlStands, isNotEvenFelt, replicaLag, scenario } from '../harness/index.ts'

/** Shows a new session to auth as soon as it has it. */
const fresh = { app: 'chat', surface: 'mobile', activity: 'sign-in' } as const

export default scenario({
  title: 'A replica is behind, and who has just signed in is not known',
  story:
    'Auth reads sessions from a replica, to spare the database that takes the writes, and the replica falls behind by some seconds. Old sessions are found as ever. A session that was made a moment ago is not there yet, and "not there" is what auth says: who signs in with the right password, and is looked up at once, is told that nobody did. Here these are the phones of one app, which try again and again; the others are looked up late enough. A miss on a replica is no proof; an auth that asks the primary before it says no is spared all of it.',
  cause: 'data',
  replays: 'github-2026-02-17',
  source: 'GitHub status, 2026-02-17',
  lasted: '2h',
  differs:
    'There 1 request in 200 was refused, the new sessions among all. Here only the phones of one app look so soon.',
  needs: ['tri-state-auth-result'],
  fidelity: [
    {
      fact: 'new sessions were refused',
      observe: outcome => outcome.goodput(fresh),
      atMost: 0.2,
    },
    {
      fact: 'old ones were found',
      observe: outcome => outcome.forcedLogouts().share,
      atMost: 0.02,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '6s', fault: replicaLag({ lagMs: 4_000 }) }],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm(fresh, { atLeast: 0.8 })
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toIsolate({ atLeast: 0.98 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
