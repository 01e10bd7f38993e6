import { june12, oneCellWaits, routeWithdrawal, scenario, webFalls, whoIsInGoesOn } from '../harness/index.ts'

export default scenario({
  title: 'The route to auth is lost',
  story:
    'Auth runs, healthy and bored, and nobody finds the way to it: its address has been withdrawn, and every call is refused on the spot. There is no waiting, so that the whole family falls within the time of one page view. Apps that take a refused connection for a refused session sign everybody out; apps that know the difference serve from what they remember, and keep asking.',
  cause: 'routing',
  ...june12,
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation', 'cells'],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '5500ms', for: '5s', fault: routeWithdrawal({ service: 'auth' }) }],
  duration: '20500ms',
  verdict: {
    'shared-fate': webFalls({ isolationBelow: 0.5 }),
    hardened: whoIsInGoesOn,
    cellular: oneCellWaits,
  },
})
