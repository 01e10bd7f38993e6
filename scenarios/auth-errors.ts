import {
  controlStands,
  everyApp,
  existing,
  httpStatus,
  scenario,
  type VerdictFunction,
  webApps,
} from '../harness/index.ts'

/** No mitigation of the family stands between an edge and an app that answers for nothing. */
const everybodyWaits: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome.refused().told['wrong-password']).toBe(0)
  expect(outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' })).toBeLessThan(0.5)
  expect(outcome).toHarm({ app: everyApp }, { atLeast: 0.4 })
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'The backends answer 500, and nobody is signed out',
  story:
    'Three of four requests to any app are answered with a server error, on the web, on phones and for systems alike. It is as bad a day as the one on which everybody was signed out, and yet it is another: an error says nothing about a session, so that nobody loses one, nobody is told that a password is wrong, and after the repair everybody goes on where they were. None of the mitigations here helps, since all of them stand between the apps and auth, and auth is well. It is here for the contrast.',
  cause: 'process',
  replays: 'meta-2024-12-11',
  source: 'ZDNet on the Meta outage of 2024-12-11; ThousandEyes: internal server errors and timeouts',
  lasted: '7h',
  differs:
    'There errors and timeouts came mixed, from a cause that was not published, and the last of it went slowly. Here it is over at once.',
  fidelity: [
    { fact: 'nobody was signed out', observe: outcome => outcome.forcedLogouts().count, atMost: 0 },
    {
      fact: 'feeds were blank: web pages failed',
      observe: outcome => outcome.harm({ app: webApps, surface: 'web', activity: 'browse' }),
      atLeast: 0.5,
    },
    {
      fact: 'it was no day of the web alone: phones failed, too',
      observe: outcome =>
        outcome.harm({ app: ['feed', 'messenger', 'photos'], surface: 'mobile', activity: 'browse' }),
      atLeast: 0.3,
    },
  ],
  scope: [{ app: everyApp, activity: [...existing, 'sign-in'] }],
  faults: everyApp.map(app => ({
    at: '5500ms',
    for: '6s',
    fault: httpStatus({ link: `* -> ${app}`, status: 500, share: 0.75 }),
  })),
  verdict: { 'shared-fate': everybodyWaits, hardened: everybodyWaits, cellular: everybodyWaits },
})
