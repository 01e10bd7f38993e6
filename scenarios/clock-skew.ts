import { clockSkew, controlStands, scenario, type VerdictFunction } from '../harness/index.ts'

const oneAppFalls: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toHarm({ app: 'photos', surface: 'mobile', activity: 'browse' }, { atLeast: 0.3 })
  expect(outcome).toKeepEveryoneSignedIn({ app: ['feed', 'messenger', 'chat', 'ads'] })
  expect(outcome).toIsolate({ atLeast: 0.97 })
  controlStands(context)
}

export default scenario({
  title: 'The clock of one app runs an hour ahead',
  story:
    'The machine of one app has lost its time server, and its clock is an hour ahead. Nothing is wrong with auth, and nothing with the tokens; but who judges a token by itself looks at its own clock, finds every token expired, and refuses people whom auth would let in. The others ask auth, and do not notice. No mitigation here puts a clock right: what contains it is that each app judges only for itself.',
  cause: 'time',
  scope: [{ app: 'photos' }],
  faults: [{ at: '5500ms', for: '6s', fault: clockSkew({ service: 'photos', skewMs: 3_600_000 }) }],
  duration: '18s',
  verdict: { 'shared-fate': oneAppFalls, hardened: oneAppFalls, cellular: oneAppFalls },
})
