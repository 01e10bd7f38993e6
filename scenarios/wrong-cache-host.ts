import {
  apiApps,
  configPush,
  controlStands,
  isNotEvenFelt,
  scenario,
  signedOutShare,
  webApps,
} from '../harness/index.ts'

export default scenario({
  title: 'Auth is pointed at a session cache that is empty',
  story:
    'The sessions are in a cache beside the store, and a rollout names another host for it: one that is up, quick, and empty. Auth asks whether a session exists, is told that it does not, and says so: a clean "no" to everybody who was signed in, with every health check green. People sign in again and are in the new cache; integrations begin to sign in over and over. When the host is put right, those who have just signed in are not known there, and are signed out a second time. An auth that takes a miss for what it is, no proof of anything, asks the store, and nobody notices.',
  cause: 'config',
  replays: 'github-2026-06-10',
  source: 'GitHub status on the incident of 2026-06-10',
  lasted: '80m',
  differs:
    'There 9 % of the requests were refused, as part of the servers had the wrong host. Here all of them have it.',
  needs: ['tri-state-auth-result'],
  parts: ['session-cache'],
  fidelity: [
    {
      fact: 'requests with good credentials were refused, and cleanly: as of somebody who is not signed in',
      observe: outcome => signedOutShare(outcome, { app: apiApps, activity: 'api-call' }),
      atLeast: 0.3,
    },
    {
      fact: 'signing in itself went on working',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atLeast: 0.8,
    },
    {
      fact: 'nobody was told that a password was wrong',
      observe: outcome => outcome.refused({ app: webApps }).told['wrong-password'],
      atMost: 0,
    },
  ],
  scope: [],
  faults: [
    {
      at: '5500ms',
      for: '6s',
      fault: configPush({ service: 'auth', change: { sessionCache: 'session-cache-spare' } }),
    },
  ],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      for (const app of webApps) expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.7 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
