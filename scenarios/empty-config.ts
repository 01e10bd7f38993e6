import { configEmpty, controlStands, everyApp, isNotEvenFelt, scenario, webApps } from '../harness/index.ts'

export default scenario({
  title: 'The generator writes an empty table of routes',
  story:
    'The configuration of the front doors is generated, and one night the generator has nothing to say. An empty table is a well-formed table: it is pushed, and every edge forgets where its apps live. Visitors get a clean "not found", from servers that are as healthy as ever, so that a gate that watches for server errors sees none. Nobody is signed out, since nobody gets far enough. An edge that tries a table before it takes it up does not take this one, one that doubts an empty answer keeps the routes that it had, and a change that goes to one front door first is rolled back before it reaches the second: any of these is enough.',
  cause: 'config',
  replays: 'google-2021-11-16',
  source:
    'Google Cloud status on load balancing, 2021-11-16 (clean 404s) and 2023-09-21 (empty configurations); Google blog on 2014-01-24',
  lasted: '33m',
  differs:
    'There a load balancer of other companies’ sites failed. That the table was empty is from the same service two years later.',
  needsOneOf: [['config-validation', 'keep-last-endpoints', 'staged-config-rollout']],
  fidelity: [
    {
      fact: 'every product behind the front doors failed',
      observe: outcome => outcome.goodput({ app: everyApp, activity: ['browse', 'api-call'] }),
      atMost: 0.1,
    },
    {
      fact: 'with the last good table it was over',
      observe: outcome => outcome.timeToRecoverMs,
      atMost: 4_000,
    },
  ],
  scope: [],
  faults: [{ at: '5500ms', for: '6s', fault: configEmpty({ service: 'edge', form: 'entries' }) }],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome.goodput({ app: webApps, surface: 'web', activity: 'browse' })).toBeLessThan(0.1)
      expect(outcome.isolation).toBeLessThan(0.3)
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
