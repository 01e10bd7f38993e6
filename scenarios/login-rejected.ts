import { configPush, controlStands, scenario, webApps, whoIsInGoesOn } from '../harness/index.ts'

export default scenario({
  title: 'The network is clean, every page loads, and the sign-in says no',
  story:
    'The secrets by which auth knows the services that ask it have run out, all at the same moment, because somebody entered the wrong date. Packets arrive, front ends answer in good time, and auth answers too: it refuses whoever asks. An app that takes this for a word about its user ends the session and then calls the correct password incorrect. From the outside nothing is broken but the one step that everybody needs. The change is well-formed, and auth tries new settings on a credential of a user and not on those of its callers, so that nothing stops it; what holds is that an app believes only a word about its user.',
  cause: 'config',
  replays: 'meta-2024-03-05',
  source: 'ThousandEyes: Meta Outage Analysis, March 5, 2024',
  lasted: '2h',
  differs:
    'Why it refused was not published; the secrets are a guess that fits. Of the messenger that was spared only the phones are: its web version falls with the others.',
  needs: ['tri-state-auth-result', 'stale-session-grace', 'offline-token-validation'],
  fidelity: [
    {
      fact: 'people were signed out: "session expired, log in again"',
      observe: outcome =>
        outcome.forcedLogouts({ app: ['feed', 'messenger', 'photos', 'ads'], surface: 'web' }).share,
      atLeast: 0.8,
    },
    {
      fact: 'signing in again was refused',
      observe: outcome => outcome.refused({ app: webApps }).share,
      atLeast: 0.8,
    },
    {
      fact: 'phones of the messenger with a device identity of its own went on',
      observe: outcome => outcome.goodput({ app: 'chat', surface: 'mobile', activity: 'browse' }),
      atLeast: 0.5,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    {
      at: '5500ms',
      for: '5s',
      fault: configPush({ service: 'auth', change: { clientSecretsExpireAtS: 1 } }),
    },
  ],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      for (const app of webApps) expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.8 })
      expect(outcome).toRefuseSignIns({ app: webApps }, { share: 0.8 })
      expect(outcome.refused({ app: webApps }).told['wrong-password']).toBeGreaterThan(10)
      expect(outcome.isolation).toBeLessThan(0.5)
      controlStands(context)
    },
    hardened: whoIsInGoesOn,
    cellular: whoIsInGoesOn,
  },
})
