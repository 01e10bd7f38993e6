import {
  controlStands,
  greedyCaller,
  scenario,
  slowStore,
  type VerdictFunction,
  webApps,
  webIsHarmed,
} from '../harness/index.ts'

const othersStand: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toKeepServing({ app: webApps, surface: 'web', activity: 'browse' }, { goodput: 0.97 })
  // Of the others, a few who sign in are asked to come back.
  expect(outcome).toIsolate({ atLeast: 0.85 })
  controlStands(context)
}

export default scenario({
  title: 'One client of an interface asks for more than all the others together',
  story:
    'One customer’s system asks for token after token, without a pause and without reading what it is told. Its credentials are good, and each request is a small one; together they take the places that others need, and the writes that they cause slow down the rest. Limits by client and places by caller make it that client’s problem. On that day it ended when there were more servers and that client was blocked; where there are limits, nobody has to.',
  cause: 'load',
  replays: 'auth0-2020-06-07',
  source: 'Auth0 status w9w498gx65zg (2020-06-07); GitHub blog on the outage of 2023-05-10',
  lasted: '41m',
  differs:
    'There it began with a service that had no processor time left, and the client’s attempts did the rest. Here it is the client alone, and a store that is slow, which is made, since what one caller’s writes cost is the machine’s to say.',
  needs: ['bulkhead'],
  fidelity: [
    {
      fact: 'one caller harmed all the others',
      observe: outcome => outcome.harm({ app: webApps, surface: 'web', activity: 'browse' }),
      atLeast: 0.1,
    },
    {
      fact: 'tokens were not to be had: sign-ins and renewals of others failed',
      observe: outcome => outcome.harm({ app: webApps, activity: ['sign-in', 'refresh'] }),
      atLeast: 0.2,
    },
  ],
  scope: [{ app: 'messenger-api' }],
  faults: [
    // As slow as the writes of one caller once made it: so the store is the limit, not the machine.
    { at: '5500ms', for: '6s', fault: slowStore({ store: 'sessions', delayMs: 115 }) },
    {
      at: '5500ms',
      for: '6s',
      fault: greedyCaller({ app: 'messenger-api', at: 'token', requestsPerSecond: 150 }),
    },
  ],
  duration: '18s',
  verdict: {
    'shared-fate': webIsHarmed({ atLeast: 0.1 }),
    hardened: othersStand,
    cellular: othersStand,
  },
})
