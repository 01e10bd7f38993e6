import { configDelayedFailure, scenario, webApps, webFalls, whoIsInGoesOn } from '../harness/index.ts'

export default scenario({
  title: 'A change passes the gate, becomes the last known good, and fails afterwards',
  story:
    'A change is well-formed, every service that takes it up stays healthy, and so the rollout goes through its stages and writes it down as the last known good. Then its time comes: what it says about the secrets of the services takes effect, at every instance at once, and the version to go back to is the one that is broken. The gate has not failed at its work. It has looked for less time than the failure took to come. What helps then is not another gate but apps that can bear it.',
  cause: 'config',
  replays: 'microsoft-2025-10-29',
  source: 'Azure Front Door post incident review YKYN-BWZ (2025-10-29)',
  lasted: '8.4h',
  differs:
    'There the servers crashed, here they refuse. A stack without mitigations has no gate to be fooled: that a rollout passes, and that what it keeps as the last known good is the bad one, is to be seen with the mitigations.',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation'],
  fidelity: [
    {
      fact: 'for a while after the change nothing was to be seen',
      observe: outcome =>
        outcome.goodput({ app: webApps, activity: 'browse' }, { from: 5_500, until: 7_000 }),
      atLeast: 0.95,
    },
    {
      fact: 'then sign-in failed for everybody',
      observe: outcome =>
        outcome.goodput({ app: webApps, activity: 'sign-in' }, { from: 9_000, until: 12_500 }),
      atMost: 0.2,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '9s', fault: configDelayedFailure({ afterMs: 3_000 }) }],
  duration: '22500ms',
  verdict: {
    'shared-fate': webFalls({ isolationBelow: 0.75 }),
    hardened: whoIsInGoesOn,
    cellular: whoIsInGoesOn,
  },
})
