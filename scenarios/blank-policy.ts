import {
  apiApps,
  configMalformed,
  controlStands,
  isNotEvenFelt,
  scenario,
  webApps,
} from '../harness/index.ts'

export default scenario({
  title: 'A record with a blank field reaches every auth within a second',
  story:
    'A policy record is written with one field left blank, and replicated to all regions at once, as data is. The code that reads it was shipped two weeks before and has never met such a record. From that second on every request that needs the field ends in an exception, in every region, and the next attempt reads the same record again. A service that looks at a document before it takes it up keeps the one it has.',
  cause: 'config',
  replays: 'google-2025-06-12',
  source: 'Google Cloud incident ow5i3PPK96RduMcb1SsW (2025-06-12)',
  lasted: '7h',
  differs:
    'There the servers crashed and, started anew all at once, overloaded the database of the policies. Here each request fails, and the servers stay.',
  needs: ['config-validation'],
  fidelity: [
    {
      fact: 'all regions failed together: sign-in fails everywhere',
      observe: outcome => outcome.goodput({ app: webApps, activity: 'sign-in' }),
      atMost: 0.2,
    },
    {
      fact: 'systems that call interfaces were hit like people',
      observe: outcome => outcome.harm({ app: apiApps, activity: 'api-call' }),
      atLeast: 0.4,
    },
    {
      fact: 'with the check bypassed it was over',
      observe: outcome => outcome.timeToRecoverMs,
      atMost: 6_000,
    },
  ],
  scope: [{ activity: ['sign-in', 'refresh'] }],
  faults: [
    {
      at: '5500ms',
      for: '5s',
      fault: configMalformed({ service: 'auth', form: 'null-field', field: 'issuer' }),
    },
  ],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: webApps, surface: 'web', activity: 'browse' }, { atLeast: 0.8 })
      expect(outcome.isolation).toBeLessThan(0.6)
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
