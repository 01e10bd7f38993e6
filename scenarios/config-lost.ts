import { controlStands, holds, kill, restart, scenario, type VerdictFunction } from '../harness/index.ts'

const startsWithoutIt: VerdictFunction = context => {
  holds(context)
  const { outcome, expect } = context
  expect(outcome).toKeepServing({ app: 'messenger' }, { goodput: 0.8 })
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
      expect(outcome).toHarm({ app: 'messenger' }, { atLeast: 0.6 })
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toIsolate({ atLeast: 0.98 })
      controlStands(context)
    },
    hardened: startsWithoutIt,
    cellular: startsWithoutIt,
  },
})
