import {
  configOscillating,
  controlStands,
  everyApp,
  isNotEvenFelt,
  scenario,
  webApps,
} from '../harness/index.ts'

const pages = { app: webApps, surface: 'web', activity: 'browse' } as const

export default scenario({
  title: 'A generated file is twice as long as its readers can take, every other time',
  story:
    'A change of permissions makes a query find each row twice, and the file that is generated from it twice as long as the front doors have room for. It is generated again and again, now from a part of the database that has the change and now from one that has not, so that all front doors fail, recover and fail once more. That looks like an attack, and is taken for one. A reader that treats its own company’s files like anybody else’s input keeps the last one that it could read.',
  cause: 'config',
  replays: 'cloudflare-2025-11-18',
  source: 'Cloudflare post on the outage of 2025-11-18',
  lasted: '3h',
  differs:
    'There each turn took five minutes, and it went on for hours; here a turn takes a second and a half, and there are five.',
  needs: ['config-validation'],
  fidelity: [
    {
      fact: 'pages came as server errors',
      observe: outcome => outcome.harm(pages),
      atLeast: 0.2,
    },
    {
      fact: 'it was now good, now bad',
      // From a bad turn to the good one after it.
      observe: outcome =>
        outcome.goodput(pages, { from: 10_300, until: 11_300 }) -
        outcome.goodput(pages, { from: 8_900, until: 9_900 }),
      atLeast: 0.5,
    },
    { fact: 'who had a session kept it', observe: outcome => outcome.forcedLogouts().count, atMost: 0 },
    { fact: 'the old file ended it', observe: outcome => outcome.timeToRecoverMs, atMost: 4_000 },
  ],
  scope: [],
  faults: [
    {
      at: '5500ms',
      for: '7s',
      fault: configOscillating({ service: 'edge', bad: { oversized: { factor: 2 } }, periodMs: 1_500 }),
    },
  ],
  verdict: {
    'shared-fate': context => {
      const { outcome, expect } = context
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toHarm({ app: everyApp, activity: ['browse', 'api-call'] }, { atLeast: 0.2 })
      controlStands(context)
    },
    hardened: isNotEvenFelt,
    cellular: isNotEvenFelt,
  },
})
