import { configPush, controlStands, scenario, versionSkew, webApps, webFalls } from '../harness/index.ts'

export default scenario({
  title: 'One instance of auth was left behind, and takes what the others refuse',
  story:
    'One of the two instances of auth still runs the version from before the check of new configurations. A wrong one comes, and the new instance refuses it. The old one takes it up, and from then on every other question gets a wrong answer, until whoever watches the rollout sees it and takes it back. A fleet is only as well protected as its oldest member.',
  cause: 'deploy',
  needs: ['staged-config-rollout'],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    {
      at: '5500ms',
      for: '9s',
      fault: versionSkew({
        service: 'auth',
        without: ['config-validation'],
        env: { BUILD: 'of-last-month' },
      }),
    },
    {
      at: '8500ms',
      for: '5s',
      fault: configPush({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
    },
  ],
  duration: '21500ms',
  verdict: {
    // Nothing checks a configuration there, old or new.
    'shared-fate': webFalls({ isolationBelow: 0.75 }),
    hardened: context => {
      const { outcome, expect } = context
      // Those whom the old instance answered before the gate took it back.
      expect(outcome.forcedLogouts().share).toBeLessThan(0.2)
      expect(outcome).toIsolate({ atLeast: 0.95 })
      expect(outcome.goodput({ app: webApps, activity: 'sign-in' })).toBeGreaterThan(0.8)
      controlStands(context)
    },
    cellular: context => {
      const { outcome, expect } = context
      expect(outcome.forcedLogouts().share).toBeLessThan(0.1)
      expect(outcome).toIsolate({ atLeast: 0.97 })
      controlStands(context)
    },
  },
})
