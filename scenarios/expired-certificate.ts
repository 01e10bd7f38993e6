import {
  certificateExpired,
  oneCellWaits,
  scenario,
  webApps,
  webFalls,
  whoIsInGoesOn,
} from '../harness/index.ts'

export default scenario({
  title: 'The certificate between the apps and auth runs out',
  story:
    'Nobody has renewed the certificate that auth shows to the other services, since it is not one that customers see. At one instant every connection to it fails, for every caller, and no amount of healthy servers helps. It takes minutes to find, and after the renewal the clients that were waiting come all at once. Apps that can tell a failed handshake from a refused session lose nobody.',
  cause: 'key',
  replays: 'epic-2021-04-06',
  source: 'Epic Games: Expiration Date 4-6-2021',
  lasted: '3h',
  differs:
    'There the clients that came back all at once were the next outage. And what was one certificate for all is here, where there are cells, that of one of them.',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation'],
  fidelity: [
    {
      fact: 'all sign-ins failed at one instant',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atMost: 0.1,
    },
    {
      fact: 'with a new certificate it came back',
      observe: outcome => outcome.timeToRecoverMs,
      atMost: 10_000,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '5s', fault: certificateExpired({ service: 'auth' }) }],
  duration: '22500ms',
  verdict: {
    'shared-fate': webFalls({ isolationBelow: 0.5 }),
    hardened: whoIsInGoesOn,
    cellular: oneCellWaits,
  },
})
