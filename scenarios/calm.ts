import { scenario } from '../harness/index.ts'

export default scenario({
  title: 'Nothing happens',
  story:
    'The false-alarm control. People read their feeds, phones renew their tokens, newcomers sign in, and nothing is broken. A harness that finds harm here would find it anywhere.',
  cause: 'none',
  scope: [],
  faults: [],
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      expect(outcome.forcedLogouts().count).toBe(0)
      expect(outcome.isolation).toBeGreaterThan(0.99)
    },
    hardened: ({ outcome, expect }) => {
      expect(outcome.forcedLogouts().count).toBe(0)
      expect(outcome.isolation).toBeGreaterThan(0.99)
    },
  },
})
