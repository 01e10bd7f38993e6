import { httpStatus, oneCellWaits, scenario, webApps, webFalls, whoIsInGoesOn } from '../harness/index.ts'

export default scenario({
  title: 'A security policy denies the apps their auth',
  story:
    'A new rule of the company’s own firewall does not let the apps talk to auth. What comes back is a 403, which looks for all the world like a word about the user, though it comes from a machine that has never heard of one. An app that takes any refusal for a "no" signs its people out. One that believes only auth itself, in auth’s own words, takes it for silence.',
  cause: 'network',
  replays: 'salesforce-2023-09-20',
  source: 'iTnews on the Salesforce outage of 2023-09-20',
  lasted: '4h',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation', 'cells'],
  fidelity: [
    {
      fact: 'logins to many clouds failed',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atMost: 0.1,
    },
    { fact: 'undoing the policy ended it', observe: outcome => outcome.timeToRecoverMs, atMost: 6_000 },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    {
      at: '5500ms',
      for: '5s',
      fault: httpStatus({
        link: '* -> auth',
        status: 403,
        contentType: 'text/html',
        body: '<h1>Denied by policy</h1>',
      }),
    },
  ],
  duration: '20500ms',
  verdict: {
    'shared-fate': webFalls({ isolationBelow: 0.5 }),
    hardened: whoIsInGoesOn,
    cellular: oneCellWaits,
  },
})
