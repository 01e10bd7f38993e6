import { controlStands, holdsWith, pause, scenario } from '../harness/index.ts'

/** Each probe of the one that hangs costs somebody a moment: a few of those who sign in. */
const hardlyFelt = holdsWith({ isolation: 0.965 })

export default scenario({
  title: 'One of two auths hangs, and keeps its connections',
  story:
    'One server of auth stops in its tracks: it is there, it takes connections, and it answers nobody. Nothing that looks for dead servers finds one. Every other request goes to it, and waits for as long as its caller has patience. Callers that simply try again at the other one hide it, at the price of half as many requests again, which is fine for as long as there is room for them. Callers that may try again only so often must learn whom not to ask.',
  cause: 'process',
  replays: 'cloudflare-2020-11-02',
  source: 'Cloudflare: A Byzantine failure in the real world (2020-11-02)',
  needs: ['circuit-breaker', 'tri-state-auth-result'],
  fidelity: [
    {
      fact: 'most requests were answered all the same (75 % there)',
      observe: outcome => outcome.goodput(),
      atLeast: 0.75,
    },
    {
      fact: 'those who were left had more to do than usual',
      observe: outcome => outcome.amplification,
      atLeast: 1.48,
    },
  ],
  scope: [],
  faults: [{ at: '5500ms', for: '6s', fault: pause({ service: 'auth', instances: 'one' }) }],
  duration: '18s',
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toIsolate({ atLeast: 0.9 })
      // What it costs to hide it: on a day like any other it is 1.4.
      expect(outcome.amplification).toBeGreaterThan(1.48)
      controlStands(context)
    },
    hardened: hardlyFelt,
    cellular: hardlyFelt,
  },
})
