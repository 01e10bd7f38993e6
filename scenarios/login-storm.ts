import {
  controlStands,
  loginStorm,
  scenario,
  slowStore,
  type VerdictFunction,
  webApps,
  webAppsBut,
} from '../harness/index.ts'

const others = webAppsBut('feed')

const whoIsInStays: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toKeepServing({ app: others, activity: 'browse' }, { goodput: 0.97 })
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'Everybody comes back at once: the second outage, after the repair',
  story:
    'The cause is mended, and all those whom it signed out of one app sign in again in the same minute. A sign-in is the most costly thing that auth does, and it comes with the checks of those who are in already. An auth that takes everything as it comes is slow for all of them. One that gives each caller its share serves those who are in, and those who sign in elsewhere; and apps that let people wait in line bring in as many of the others as it can bear, instead of whoever happens to ask at the right moment.',
  cause: 'load',
  replays: 'slack-2014-10-14',
  source: 'Slack: This was not normal. Really. (2014-10-14); Discord: authentication outage (2023-11-06)',
  lasted: '14m',
  differs:
    'There whoever was connected was well. Here a cookie is checked at every page, so that the storm takes from them, too; and it comes at the web version of one app.',
  needs: ['bulkhead', 'sign-in-queue'],
  fidelity: [
    {
      fact: 'who wanted in could not get in',
      observe: outcome => outcome.harm({ app: webApps, activity: 'sign-in' }),
      atLeast: 0.2,
    },
  ],
  scope: [{ activity: 'sign-in' }, { app: 'feed' }],
  faults: [
    // Cold still: quick enough for a day like any other, and no quicker. So the store is the limit, not the machine.
    { at: '5500ms', for: '6s', fault: slowStore({ store: 'sessions', delayMs: 115 }) },
    {
      at: '5500ms',
      for: '6s',
      fault: loginStorm({ app: 'feed', surface: 'web', accounts: 1_000, signInsPerSecond: 80 }),
    },
  ],
  duration: '18s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: others, surface: 'web', activity: 'browse' }, { atLeast: 0.1 })
      controlStands(context)
    },
    hardened: context => {
      whoIsInStays(context)
      const { outcome, expect } = context
      expect(outcome).toIsolate({ atLeast: 0.98 })
      // Who waits in line comes in, if late; who is sent away each time comes in by chance.
      expect(outcome).toKeepServing({ app: 'feed', activity: 'sign-in' }, { goodput: 0.34 })
      // One app's storm takes nothing from those who sign in at the others.
      expect(outcome).toKeepServing({ app: others, activity: 'sign-in' }, { goodput: 0.93 })
    },
    cellular: whoIsInStays,
  },
})
