import {
  controlStands,
  holds,
  oneCellWaits,
  scenario,
  storeReadOnly,
  type VerdictFunction,
  webApps,
} from '../harness/index.ts'

const readersGoOn: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn({ surface: ['web', 'api'] })
  expect(outcome).toHarm({ app: webApps, activity: 'sign-in' }, { atLeast: 0.8 })
  expect(outcome).toKeepServing({ app: webApps, surface: 'web', activity: 'browse' }, { goodput: 0.97 })
  controlStands(context)
}

export default scenario({
  title: 'The session store takes no writes',
  story:
    'An automation takes the quota of the account database for unused and cuts it. The leader cannot write any more, and whatever has to write down something fails: nobody signs in, nobody renews a token. Whoever has a session is only read, and goes on, for as long as nothing has to be written about them. Phones whose token runs out in these seconds find that an app that takes an error for a "no" throws them out.',
  cause: 'data',
  replays: 'google-2020-12-14',
  source: 'Google Cloud Infrastructure Components Incident 20013',
  lasted: '47m',
  differs:
    'There the reads were soon refused as outdated, too, so that whoever was signed in met errors. Here only what writes fails.',
  needs: ['tri-state-auth-result', 'cells'],
  fidelity: [
    {
      fact: 'whatever had to be written failed: sign-ins',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atMost: 0.1,
    },
    {
      fact: 'no mass logout: whoever was signed in on the web stayed so',
      observe: outcome => outcome.forcedLogouts({ surface: 'web' }).share,
      atMost: 0.05,
    },
    {
      fact: 'with the quota restored it was over',
      observe: outcome => outcome.timeToRecoverMs,
      atMost: 6_000,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '6s', fault: storeReadOnly({ store: 'sessions' }) }],
  duration: '20500ms',
  verdict: {
    'shared-fate': readersGoOn,
    hardened: context => {
      readersGoOn(context)
      holds(context)
    },
    cellular: oneCellWaits,
  },
})
