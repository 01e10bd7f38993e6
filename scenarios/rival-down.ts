import { everyApp, kill, scenario, type VerdictFunction } from '../harness/index.ts'

const onlyTheRival: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toKeepEveryoneSignedIn({ app: everyApp })
  expect(outcome).toLeaveUnharmed({ app: everyApp })
  expect(outcome).toIsolate({ atLeast: 0.99 })
  // Its newcomers, until shortly before the end: the first are let in while it is still starting. Who is in already may be
  // served from what it remembers.
  const newcomers = { app: 'rival', activity: 'sign-in' } as const
  expect(outcome.goodput(newcomers, { from: 5_500, until: 11_000 })).toBeLessThan(0.1)
  expect(outcome).toRecover()
}

export default scenario({
  title: 'The competitor falls, and nobody else',
  story:
    'The second control. The other company’s auth, which shares nothing with the family but the machine, dies. Its own people cannot get in; the family must not feel a thing. If it does, what is measured is the machine and not the design.',
  cause: 'process',
  scope: [{ app: 'rival' }],
  faults: [{ at: '5500ms', for: '6s', fault: kill({ service: 'rival-auth' }) }],
  verdict: { 'shared-fate': onlyTheRival, hardened: onlyTheRival, cellular: onlyTheRival },
})
