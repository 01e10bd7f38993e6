import { controlStands, existing, isNotEvenFelt, scenario, timeout, webApps } from '../harness/index.ts'

/** From when the buffer is full; who begins later is still waiting when auth answers again. */
const hanging = { from: 8_000, until: 10_000 }

export default scenario({
  title: 'The sink for auth’s reports hangs, and auth hangs with it',
  story:
    'Auth reports everything that it does to a sink of events, for somebody to look at later. Nobody needs it to sign in, and so nobody thought of what happens when it hangs: the events pile up in a buffer, the buffer is full after a moment, and from then on each request waits for room in it before it may answer. The store is well, the network is well, and auth can tell nobody who is signed in. A reporter that drops what it has no room for costs a gap in the records, and nothing else.',
  cause: 'network',
  replays: 'aws-2020-11-25',
  source: 'AWS: Summary of the Amazon Kinesis Event in the Northern Virginia (US-EAST-1) Region (2020-11-25)',
  lasted: '17h',
  differs:
    'There it was one of several services that fell with the sink; the status page, which needed auth as well, was another.',
  needs: ['bulkhead'],
  parts: ['audit'],
  fidelity: [
    {
      fact: 'signing in failed though its own store was well',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }, hanging),
      atMost: 0.3,
    },
    {
      fact: 'nor could credentials be renewed',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'refresh' }, hanging),
      atMost: 0.3,
    },
  ],
  scope: [],
  faults: [{ at: '5500ms', for: '7s', fault: timeout({ link: 'auth -> audit' }) }],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: webApps, surface: 'web', activity: existing }, { atLeast: 0.3 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
