import { controlStands, everyApp, routeWithdrawal, scenario, type VerdictFunction } from '../harness/index.ts'

const elsewhere = { region: ['us', 'asia', 'me'] } as const

const onlyThatRegion: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toLeaveUnharmed({ ...elsewhere, app: everyApp })
  expect(outcome).toIsolate({ atLeast: 0.98 })
  expect(outcome).toHarm({ region: 'eu', app: everyApp }, { atLeast: 0.8 })
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'One region is cut off',
  story:
    'The front door of one region loses its way to the world. People there reach nothing, and keep their sessions, since nobody refuses them anything; everybody else goes on. Here the design of auth makes no difference, and that is what it is to show: a failure that stays in a region does not need a mitigation to stay there, only one that is shared does.',
  cause: 'routing',
  replays: 'cloudflare-2020-07-17',
  source: 'Cloudflare blog on the outage of 2020-07-17',
  fidelity: [
    {
      fact: 'only the listed places failed',
      observe: outcome => outcome.harm({ ...elsewhere, app: everyApp }),
      atMost: 0.02,
    },
    {
      fact: 'there, everything did',
      observe: outcome => outcome.harm({ region: 'eu', app: everyApp }),
      atLeast: 0.8,
    },
  ],
  // Of these there are too few in each region for a claim of their own; the verdict looks at them together.
  scope: [
    { region: 'eu', app: everyApp },
    { app: everyApp, activity: ['sign-in', 'refresh'] },
    { app: ['feed', 'messenger'], surface: 'mobile' },
  ],
  faults: [{ at: '15s', for: '15s', fault: routeWithdrawal({ service: 'edge-eu', from: 'internet' }) }],
  verdict: { 'shared-fate': onlyThatRegion, hardened: onlyThatRegion, cellular: onlyThatRegion },
})
