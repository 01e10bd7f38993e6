import { controlStands, everyApp, routeWithdrawal, scenario, type VerdictFunction } from '../harness/index.ts'

const nobodyGetsIn: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toHarm({ app: everyApp }, { atLeast: 0.8 })
  expect(outcome.refused().told['wrong-password']).toBe(0)
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'Every front door withdraws itself',
  story:
    'A command takes the backbone down, and every front door, finding that it reaches no data centre, does what it was told to do when it is ill: it withdraws its own address. Each is right by itself, and together they take the company off the net. The servers behind them are up and idle. Nobody is signed out, since nobody gets as far as a refusal; phones show what they had. Nothing behind the doors can mend that, whatever its design: the family has one set of doors. What would help is a door that stays where it is when all of them are ill at once.',
  cause: 'routing',
  replays: 'meta-2021-10-04',
  source: 'Facebook Engineering on the outage of 2021-10-04',
  lasted: '6h',
  differs:
    'There each door decided it by itself, when it reached no data centre; here all are withdrawn. And the tools and badges of those who were to mend it, which hung on the same names, are not part of it.',
  fidelity: [
    {
      fact: 'all products failed together',
      observe: outcome => outcome.goodput({ app: everyApp, activity: ['sign-in', 'api-call'] }),
      atMost: 0.1,
    },
    { fact: 'sessions were not ended', observe: outcome => outcome.forcedLogouts().count, atMost: 0 },
    {
      fact: 'phones opened with what they had',
      observe: outcome =>
        outcome.segments
          .filter(({ surface }) => surface === 'mobile')
          .reduce((sum, { fromDevice }) => sum + fromDevice, 0),
      atLeast: 20,
    },
  ],
  scope: [{ app: everyApp }],
  faults: [{ at: '5500ms', for: '6s', fault: routeWithdrawal({ service: 'edge@*', from: 'internet' }) }],
  verdict: { 'shared-fate': nobodyGetsIn, hardened: nobodyGetsIn, cellular: nobodyGetsIn },
})
