import { configPush, controlStands, httpCut, scenario, type VerdictFunction } from '../harness/index.ts'

const phones = { app: ['feed', 'messenger'], surface: 'mobile' } as const

const healthyPhonesFall: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toSignOut(phones, { share: 0.3 })
  expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
  controlStands(context)
}

export default scenario({
  title: 'A lost answer makes auth revoke healthy phones',
  story:
    'A refresh token may be used once; who shows it again is taken for a thief, and the whole session is ended. The standard says so. Now answers are lost on the way: auth has rotated the token, the phone has not heard of it, and shows the old one. A grace of some seconds for exactly this is a line in the configuration, and somebody has set it to zero. Auth’s word is clear then, and wrong. Phones that wait before they try again, as they should, are thrown out last, when all is mended and their token too old for any grace.',
  cause: 'config',
  needs: ['cells'],
  scope: [{ surface: 'mobile' }, { activity: ['sign-in', 'refresh'] }],
  faults: [
    { at: '6s', for: '12s', fault: configPush({ service: 'auth', change: { refreshGraceS: 0 } }) },
    {
      // Not before a staged rollout is through: until then its gate would take lost answers for the change's fault.
      at: '11s',
      for: '6s',
      fault: httpCut({ link: '* -> auth', match: { path: '/token' }, share: 0.7 }),
    },
  ],
  duration: '24s',
  verdict: {
    'shared-fate': healthyPhonesFall,
    hardened: healthyPhonesFall,
    cellular: ({ outcome, expect }) => {
      // Whoever of the one cell was struck.
      expect(outcome.forcedLogouts(phones).share).toBeLessThan(0.3)
      expect(outcome).toKeepEveryoneSignedIn({ surface: 'web' })
      expect(outcome).toLeaveUnharmed({ app: 'rival' })
    },
  },
})
