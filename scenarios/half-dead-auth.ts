import { controlStands, holdsWith, type Outcome, pause, scenario } from '../harness/index.ts'

/** Each probe of the one that hangs costs somebody a moment: a few of those who sign in. */
const hardlyFelt = holdsWith({ isolation: 0.965 })

function slowest({ segments }: Outcome): number[] {
  return segments
    .filter(({ app, surface, activity }) => app !== 'rival' && surface === 'web' && activity === 'browse')
    .map(({ p99Ms }) => p99Ms ?? 0)
}

export default scenario({
  title: 'One of two auths hangs, and keeps its connections',
  story:
    'One server of auth stops in its tracks: it is there, it takes connections, and it answers nobody. Nothing that looks for dead servers finds one. Every other request goes to it, and waits for as long as its caller has patience. Callers that simply try again at the other one hide it, at the price of half as many requests again, which is fine for as long as there is room for them. Callers that may try again only so often must learn whom not to ask.',
  cause: 'process',
  replays: 'cloudflare-2020-11-02',
  source: 'Cloudflare: A Byzantine failure in the real world (2020-11-02)',
  lasted: '6.5h',
  differs:
    'There it was a switch, and a database that it cut off elected another to ask. Here the calls that fail are tried again at the one that is left, and so all are answered.',
  needs: ['circuit-breaker', 'tri-state-auth-result'],
  fidelity: [
    {
      fact: 'most requests were answered all the same (75 % there)',
      observe: outcome => outcome.goodput(),
      atLeast: 0.75,
    },
    {
      fact: 'they came far later than usual (80 times there)',
      // The slowest of each app on the web, which take some ms on a day like any other.
      observe: outcome => Math.min(...slowest(outcome)),
      atLeast: 500,
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
