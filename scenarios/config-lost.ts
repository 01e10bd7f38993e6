import { controlStands, holds, kill, restart, scenario, type VerdictFunction } from '../harness/index.ts'

/** When an app has long started that does not wait, and the config service is still down. */
const meanwhile = { from: 10_500, until: 12_500 } as const

const startsWithoutIt: VerdictFunction = context => {
  holds(context)
  const { outcome, expect } = context
  expect(outcome.goodput({ app: 'messenger' }, meanwhile)).toBeGreaterThan(0.95)
}

export default scenario({
  title: 'The config service is down, and an app that restarts waits for it',
  story:
    'The service that hands out the configuration is down. Nobody notices: everybody has theirs. Then a machine is updated, and an app on it starts anew. It asks for its configuration, as it always does before it begins, and waits; it is as healthy as ever, has all that it needs on its own disk from yesterday, and serves nobody until somebody far away has mended something else. An app that begins with the last configuration that worked is back in a moment.',
  cause: 'process',
  needs: ['static-stability'],
  scope: [{ app: 'messenger' }],
  faults: [
    { at: '5500ms', for: '7s', fault: kill({ service: 'config' }) },
    { at: '6500ms', for: '1s', fault: restart({ service: 'messenger' }) },
  ],
  duration: '18s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome.goodput({ app: 'messenger' }, meanwhile)).toBeLessThan(0.1)
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toIsolate({ atLeast: 0.98 })
      controlStands(context)
    },
    hardened: startsWithoutIt,
    cellular: startsWithoutIt,
  },
})
