import { controlStands, holds, routeWithdrawal, scenario, webApps } from '../harness/index.ts'

export default scenario({
  title: 'The route to auth is lost',
  story:
    'Auth runs, healthy and bored, and nobody finds the way to it: its address has been withdrawn, and every call is refused on the spot. There is no waiting, so that the whole family falls within the time of one page view. Apps that take a refused connection for a refused session sign everybody out; apps that know the difference serve from what they remember, and keep asking.',
  cause: 'routing',
  replays: 'meta-2026-06-12',
  source: 'Press reports of June 12 2026 (no cause was published)',
  needs: ['tri-state-auth-result', 'stale-session-grace'],
  fidelity: [
    {
      fact: 'web sessions ended',
      observe: outcome => outcome.forcedLogouts({ app: webApps, surface: 'web' }).share,
      atLeast: 0.8,
    },
    {
      fact: 'correct passwords were called incorrect',
      observe: outcome => outcome.refused({ app: webApps }).told['wrong-password'],
      atLeast: 10,
    },
    {
      fact: 'phones of photos and chat partly went on',
      observe: outcome => outcome.goodput({ app: ['photos', 'chat'], surface: 'mobile', activity: 'browse' }),
      atLeast: 0.4,
    },
    {
      fact: 'business interfaces were hit too',
      observe: outcome => outcome.harm({ app: ['messenger-api', 'business-api'], activity: 'api-call' }),
      atLeast: 0.4,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [{ at: '3s', for: '5s', fault: routeWithdrawal({ service: 'auth' }) }],
  duration: '18s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      for (const app of webApps) expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.8 })
      expect(outcome.isolation).toBeLessThan(0.5)
      controlStands(context)
    },
    hardened: holds,
    cellular: context => {
      holds(context)
      const { outcome, expect } = context
      expect(outcome.harm({ app: webApps, activity: 'sign-in' })).toBeLessThan(0.6)
    },
  },
})
