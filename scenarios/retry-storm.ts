import {
  controlStands,
  retryStorm,
  scenario,
  slowStore,
  type VerdictFunction,
  webApps,
  webAppsBut,
} from '../harness/index.ts'

const others = webAppsBut('feed')

const othersStand: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn({ app: others })
  expect(outcome).toKeepServing({ app: others, surface: 'web', activity: 'browse' }, { goodput: 0.95 })
  controlStands(context)
}

export default scenario({
  title: 'The trigger is gone, and the retries go on',
  story:
    'The store behind auth hangs for two seconds, and is cold for a while after that: quick enough for a day like any other, and no quicker. Clients that were told nothing try again, at once and as often as it takes, and by the time the store answers there is more to do than there would ever have been. Rolling back does not help, nor does restarting, since what keeps it down is no longer what brought it down. An app that takes silence for no answer, and serves whom it has seen before, keeps its people out of the loop, until those who made it give up.',
  cause: 'load',
  replays: 'square-2017-03-16',
  source: 'Square: Incident Summary 2017-03-16',
  lasted: '113m',
  differs:
    'There it was one service’s own retries, up to 500, against its cache. Here they are those of one app’s clients, and the store that they find is slow for a while, which is made.',
  needs: ['tri-state-auth-result', 'stale-session-grace'],
  fidelity: [
    {
      fact: 'after the trigger was gone it went on being bad',
      observe: outcome =>
        outcome.goodput(
          { app: webApps, surface: 'web', activity: 'browse' },
          { from: 12_500, until: 15_500 },
        ),
      atMost: 0.8,
    },
  ],
  scope: [{ app: 'feed' }, { activity: ['sign-in', 'refresh'] }],
  faults: [
    // Its accounts have to be made first, for which the store is needed.
    { at: '8500ms', for: '2s', fault: slowStore({ store: 'sessions', delayMs: 3_000 }) },
    { at: '10500ms', for: '5s', fault: slowStore({ store: 'sessions', delayMs: 100 }) },
    {
      at: '5500ms',
      for: '10s',
      fault: retryStorm({
        app: 'feed',
        surface: 'web',
        clients: 40,
        intentsPerSecond: 40,
        retries: 100,
        concurrencyMax: 100,
      }),
    },
  ],
  duration: '23500ms',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toSignOut({ app: others, surface: 'web' }, { share: 0.3 })
      controlStands(context)
    },
    hardened: othersStand,
    cellular: othersStand,
  },
})
