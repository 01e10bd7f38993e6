import {
  controlStands,
  scenario,
  settingInvalid,
  slowStore,
  type VerdictFunction,
  webApps,
  webIsHarmed,
} from '../harness/index.ts'

/** From when the value has been right again for a while, to before the store is quick again. */
const longAfter = { from: 12_000, until: 16_000 } as const

const keepsWhatItKnows: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' })).toBeGreaterThan(0.97)
  // The grace serves who is in; that the store has room for others shows that there is no storm.
  expect(outcome).toKeepServing({ app: webApps, activity: 'sign-in' }, { goodput: 0.8 })
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'A program that heals itself keeps itself down',
  story:
    'Somebody changes a setting to a value that makes no sense. Every auth that meets it in the cache throws it away and reads it anew from the store, with every request; and since what cannot be read counts as wrong, too, each error of the busy store throws away the good value that another has just put there. The setting is put right after a moment, and the storm goes on: it feeds on its own errors. The way out on that day was to take all the load off. An auth that keeps the last value that made sense, and lets one request look for a better one, has nothing to heal.',
  cause: 'data',
  replays: 'facebook-2010-09-23',
  source: "Facebook: More Details on Today's Outage (2010-09-23)",
  lasted: '2.5h',
  differs:
    'There hundreds of thousands of questions a second were what made the store slow. Here it can do so much and no more, which is made, since what a machine’s store can do is the machine’s to say.',
  needs: ['config-validation'],
  fidelity: [
    {
      fact: 'with the value put right it went on',
      observe: outcome => outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' }, longAfter),
      atMost: 0.7,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    // What the store can do: enough for a day like any other, and no more. Once it can do more again, whether the storm ends
    // by itself or only without load depends on how much more, which is the machine's to say.
    { at: '5500ms', for: '11500ms', fault: slowStore({ store: 'sessions', delayMs: 115 }) },
    { at: '6s', for: '4s', fault: settingInvalid({ store: 'sessions' }) },
  ],
  duration: '24s',
  verdict: {
    'shared-fate': webIsHarmed({ atLeast: 0.2 }),
    hardened: keepsWhatItKnows,
    cellular: keepsWhatItKnows,
  },
})
