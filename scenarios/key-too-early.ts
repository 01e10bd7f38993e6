import { controlStands, isNotEvenFelt, keyTooEarly, scenario } from '../harness/index.ts'

export default scenario({
  title: 'A new key signs before anybody can know it',
  story:
    'Auth rotates its signing key, as it should, and begins to use the new one at once. The published set with the new key takes its time to reach those who check tokens, since there are caches in between. Until it does, the fresh tokens are the bad ones: whoever renews or signs in on a phone is refused by the app that judges tokens itself, and the app asks for the set again and again. A publisher that announces a key before it signs with it has nothing to fear.',
  cause: 'key',
  needs: ['jwks-overlap'],
  scope: [{ activity: ['sign-in', 'refresh'] }, { surface: ['mobile', 'api'] }],
  faults: [{ at: '5500ms', for: '8s', fault: keyTooEarly({ service: 'auth' }) }],
  // What an app has of the published keys may be 10 s old.
  duration: '26s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toHarm({ app: 'photos', surface: 'mobile', activity: 'refresh' }, { atLeast: 0.5 })
      expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
      expect(outcome).toIsolate({ atLeast: 0.97 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
