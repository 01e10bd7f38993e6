import { discoveryLoss, isNotEvenFelt, scenario, webApps, webFalls } from '../harness/index.ts'

export default scenario({
  title: 'Service discovery says that auth has no servers',
  story:
    'The registry that tells services where to find each other publishes an empty list for auth. All of auth is up. Every caller drops the addresses it had, as it was told, and has nobody left to ask; the clients say "you have been logged out", and refuse to log anybody in. Two companies learnt it on the same day, from the same registry. A caller that keeps its last addresses when it is told that there are none does not even notice.',
  cause: 'routing',
  replays: 'spotify-2022-03-08',
  source: 'Spotify Engineering on the outage of 2022-03-08; AWS 101925 (2025-10-20)',
  lasted: '2.3h',
  differs: 'There the way out was another kind of discovery. Here the registry finds its list again.',
  needs: ['keep-last-endpoints'],
  fidelity: [
    {
      fact: 'clients said "you have been logged out"',
      observe: outcome => outcome.forcedLogouts({ app: webApps, surface: 'web' }).share,
      atLeast: 0.8,
    },
    {
      fact: 'correct logins were refused',
      observe: outcome => outcome.refused({ app: webApps }).share,
      atLeast: 0.8,
    },
    {
      fact: 'with endpoints again it came back',
      observe: outcome => outcome.timeToRecoverMs,
      atMost: 6_000,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '5s', fault: discoveryLoss({ service: 'auth@*' }) }],
  verdict: {
    'shared-fate': webFalls({ isolationBelow: 0.5 }),
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
