import {
  controlStands,
  restart,
  scenario,
  slowStore,
  type VerdictFunction,
  webApps,
  webIsHarmed,
} from '../harness/index.ts'

/** From when the cache has been back for a while, to before the store is quick again. */
const longAfter = { from: 12_000, until: 16_000 } as const

const fillsAgain: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' }, longAfter)).toBeGreaterThan(
    0.95,
  )
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'The caches come back empty, and cannot fill',
  story:
    'A cache in front of the session store is replaced, and the new one is empty. For the store that means many times the questions that it has had for months, and it is not made for them: it answers late, those who asked have given up by then and ask again, and what would have filled the cache is done for nobody. Minutes after the cache has come back the site is still down. Who has to begin from nothing cannot; who is in already, on a phone that keeps what it has, goes on. An app that takes silence for no answer, and not for a "no", keeps asking about the people it has, and does not make each of them sign in again.',
  cause: 'data',
  replays: 'slack-2022-02-22',
  source: "Slack: Slack's Incident on 2-22-22",
  lasted: '5h',
  differs:
    'There the questions of clients that begin were the load that kept the caches from filling. Here the store can do so much and no more, which is made, since what a machine’s store can do is the machine’s to say.',
  needs: ['tri-state-auth-result'],
  parts: ['lookaside-cache'],
  fidelity: [
    {
      fact: 'long after the cache was back it went on being bad',
      observe: outcome => outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' }, longAfter),
      atMost: 0.8,
    },
    {
      fact: 'who had begun already, with what an app needs on the phone, was well',
      observe: outcome => outcome.goodput({ app: 'photos', surface: 'mobile', activity: 'browse' }),
      atLeast: 0.8,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    // What the store can do: enough for what the cache lets through on a day like any other, and no more.
    { at: '5500ms', for: '11500ms', fault: slowStore({ store: 'sessions', delayMs: 150 }) },
    { at: '6500ms', for: '1s', fault: restart({ service: 'session-cache' }) },
  ],
  duration: '24s',
  verdict: {
    'shared-fate': webIsHarmed({ atLeast: 0.2 }),
    hardened: fillsAgain,
    cellular: fillsAgain,
  },
})
