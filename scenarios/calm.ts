import { scenario, type VerdictFunction } from '../harness/index.ts'

const nobodyIsHarmed: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toIsolate({ atLeast: 0.99 })
}

export default scenario({
  title: 'Nothing happens',
  story:
    'The false-alarm control. People in four regions read their feeds, look at photos and chat, phones renew their tokens, systems call the APIs, newcomers sign in, and nothing is broken. A harness that finds harm here would find it anywhere.',
  cause: 'none',
  scope: [],
  faults: [],
  verdict: {
    'shared-fate': nobodyIsHarmed,
    hardened: nobodyIsHarmed,
    cellular: nobodyIsHarmed,
  },
})
