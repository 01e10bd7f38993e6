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
    'The cause is mended, and everybody whom it signed out signs in again in the same minute. A sign-in is the most costly thing that auth does, and it comes with the checks of those who are in already. An auth that takes everything as it comes is slow for all of them. One that ranks what it does, and apps that let people wait in line, serve those who are in, and let in as many of the others as it can bear.',
  cause: 'load',
  replays: 'slack-2014-10-14',
  source: 'Slack: This was not normal. Really. (2014-10-14); Discord: authentication outage (2023-11-06)',
  needs: ['load-shedding', 'sign-in-queue'],
  fidelity: [
    {
      fact: 'who came back could not get in',
      observe: outcome => outcome.harm({ app: webApps, activity: 'sign-in' }),
      atLeast: 0.2,
    },
  ],
  scope: [{ activity: 'sign-in' }, { app: 'feed' }],
  faults: [
    // Cold still: quick enough for a day like any other, and no quicker. So the store is the limit, not the machine.
    { at: '5500ms', for: '6s', fault: slowStore({ store: 'sessions', delayMs: 100 }) },
    {
      at: '5500ms',
      for: '6s',
      fault: loginStorm({ app: 'feed', surface: 'web', accounts: 1_000, signInsPerSecond: 60 }),
    },
  ],
  duration: '18s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: others, surface: 'web', activity: 'browse' }, { atLeast: 0.1 })
      controlStands(context)
    },
    hardened: whoIsInStays,
    cellular: whoIsInStays,
  },
})
