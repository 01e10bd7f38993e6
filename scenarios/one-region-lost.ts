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
    'The front door of one region loses its way to the world. People there reach nothing, and keep their sessions, since nobody refuses them anything; everybody else goes on. Here the design of auth makes no difference, and that is what it is to show: a failure that is confined to a region needs no mitigation to stay there; only a failure of something shared does.',
  cause: 'routing',
  replays: 'cloudflare-2020-07-17',
  source: 'Cloudflare: outage of 2020-07-17 (a router in Atlanta)',
  lasted: '27m',
  differs:
    'There the region drew in everybody else’s traffic by a wrong route, and was overloaded. Here its front door is cut off, and nothing else is touched.',
  fidelity: [
    {
      fact: 'only the listed places failed',
      observe: outcome => outcome.harm({ ...elsewhere, app: everyApp }),
      atMost: 0.02,
    },
    {
      fact: 'and there people reached nothing',
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
  faults: [
    { at: '17500ms', for: '17500ms', fault: routeWithdrawal({ service: 'edge-eu', from: 'internet' }) },
  ],
  // So long that phones of each region renew a token after a slow undo, too.
  duration: '43s',
  verdict: { 'shared-fate': onlyThatRegion, hardened: onlyThatRegion, cellular: onlyThatRegion },
})
