import { controlStands, scenario, storeLost, type VerdictFunction, webApps } from '../harness/index.ts'

/** Auth's word is positive and wrong: there is no telling it from the truth. */
const everybodySignsInAgain: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toSignOut({ app: webApps, surface: 'web' }, { share: 0.8 })
  expect(outcome).toKeepServing({ app: webApps, activity: 'sign-in' }, { goodput: 0.9 })
  expect(outcome.refused({ app: webApps }).told['wrong-password']).toBe(0)
  expect(outcome).toRecover()
  controlStands(context)
}

export default scenario({
  title: 'The sessions are gone',
  story:
    'The table of sessions is emptied, by a migration that ran against the wrong database. Auth is healthy and quick, and says of every session what it finds: there is none. That is a clear word, and wrong, and nobody who asks can know it. So everybody is signed out, with all mitigations in place, and everybody can sign in again, since the accounts are there. What cells change is whom it can reach: one table is one region.',
  cause: 'data',
  needs: ['cells'],
  scope: [],
  faults: [{ at: '5500ms', for: '6s', fault: storeLost({ what: 'sessions' }) }],
  duration: '18s',
  verdict: {
    'shared-fate': everybodySignsInAgain,
    hardened: everybodySignsInAgain,
    cellular: context => {
      const { outcome, expect } = context
      expect(outcome.forcedLogouts({ surface: 'web' }).share).toBeLessThan(0.4)
      expect(outcome).toRecover()
      controlStands(context)
    },
  },
})
