import { controlStands, corruptOnTouch, scenario, type VerdictFunction } from '../harness/index.ts'

/** They renew their tokens every few seconds. */
const renewing = { app: ['feed', 'messenger'], surface: 'mobile' } as const

const whoCameWasLost: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toSignOut(renewing, { share: 0.3 })
  expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'Sessions are broken by being used',
  story:
    'A release of auth writes back what it has read, with a field blanked that was not to be shown, whenever a credential is renewed. The next renewal looks like a theft, and the session is ended; whoever renews nothing is spared. The failure follows the use and not the release, so that it creeps, and taking the release back does not heal what it has touched: that takes a copy from before. Auth’s word is clear and wrong, and no mitigation of its callers can know better; cells decide how many it can reach.',
  cause: 'data',
  replays: 'cloudflare-2023-01-24',
  source: 'Cloudflare incident on January 24th, 2023',
  lasted: '121m',
  differs:
    'There it was the credentials of services, and a copy from before had to be restored by hand. Here the end of the fault brings that copy back.',
  fidelity: [
    {
      fact: 'whoever used their credential lost it',
      observe: outcome => outcome.forcedLogouts(renewing).share,
      atLeast: 0.3,
    },
    {
      fact: 'whoever had nothing renewed was spared',
      observe: outcome => outcome.forcedLogouts({ surface: 'web' }).share,
      atMost: 0.02,
    },
  ],
  needs: ['cells'],
  scope: [],
  faults: [{ at: '5500ms', for: '11s', fault: corruptOnTouch({ store: 'sessions' }) }],
  duration: '23s',
  verdict: {
    'shared-fate': whoCameWasLost,
    hardened: whoCameWasLost,
    cellular: context => {
      const { outcome, expect } = context
      expect(outcome.forcedLogouts(renewing).share).toBeLessThan(0.5)
      expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
      expect(outcome).toRecover()
      controlStands(context)
    },
  },
})
