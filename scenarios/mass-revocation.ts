import {
  controlStands,
  existing,
  massRevocation,
  scenario,
  signedOutShare,
  type VerdictFunction,
  webApps,
} from '../harness/index.ts'

const longAfter = { from: 13_000, until: 18_000 } as const

/** The control that cuts the other way: who was revoked must be out, in every architecture, and must be able to return. */
const outAndBack: VerdictFunction = context => {
  const { outcome, expect } = context
  // A revoked session that is cleared is no forced logout.
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toServeNoDeadSession()
  expect(outcome.refused({ app: webApps }).told['wrong-password']).toBe(0)
  expect(outcome).toKeepServing({ app: webApps, activity: 'sign-in' }, { goodput: 0.9 })
  // Everybody who looks often has found out by then, and is back. A phone that looks every 13 s may find out later.
  const back = outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' }, longAfter)
  expect(back).toBeGreaterThan(0.95)
  controlStands(context)
}

export default scenario({
  title: 'Sessions are revoked on purpose',
  story:
    'A flaw has given tokens away, and the company ends the sessions of everybody who may be affected. It is an intended outage: they have to be out, and quickly, and they have to get in again with the right password. It is here to keep the mitigations honest. Whatever keeps people signed in while auth is silent must not bring back a session that auth has ended.',
  cause: 'data',
  replays: 'meta-2018-09-28',
  source: 'LA Times on the stolen View-As tokens (2018-09-28)',
  differs:
    'There it was one person in 25, 90 million. Here it is every second one, so that there are enough to measure.',
  fidelity: [
    {
      fact: 'people had to log in again',
      observe: outcome => signedOutShare(outcome, { app: webApps, activity: 'browse' }),
      atLeast: 0.15,
    },
    {
      fact: 'nobody kept a session that was ended',
      observe: outcome => outcome.falseAccepts,
      atMost: 0,
    },
    {
      fact: 'signing in again worked',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atLeast: 0.9,
    },
  ],
  scope: [{ activity: existing }],
  faults: [{ at: '5500ms', for: '6s', fault: massRevocation({ store: 'sessions', share: 0.5 }) }],
  duration: '18s',
  verdict: { 'shared-fate': outAndBack, hardened: outAndBack, cellular: outAndBack },
})
