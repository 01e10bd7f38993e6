/** What many predictions have in common, in words that a scenario can use. */
import type { Outcome } from './outcome/outcome.ts'
import type { ScenarioDefinition, VerdictFunction } from './scenario.ts'
import { controlApp, matches, type Selector } from './scope.ts'
import { everyApp } from './stack/apps.ts'

/** The apps of the family that people use on the web. */
export const webApps = ['feed', 'messenger', 'photos', 'chat', 'ads'] as const
/** The others of them: of a fault that one of them brings on, they are the neighbours. */
export function webAppsBut(app: (typeof webApps)[number]): readonly string[] {
  return webApps.filter(each => each !== app)
}
/** The apps of the family that other companies' systems call. */
export const apiApps = ['messenger-api', 'business-api'] as const
/** Who has a session already, whatever they do with it. */
export const existing = ['browse', 'refresh', 'api-call'] as const

/** The control group shares nothing with the others, and must not feel a thing. */
export const controlStands: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toLeaveUnharmed({ app: controlApp })
}

/**
 * Nobody is signed out, no correct password is called wrong, it ends by itself, and outside the scope there is no more harm
 * than this isolation allows.
 */
export function holdsWith({ isolation }: { isolation: number }): VerdictFunction {
  return context => {
    const { outcome, expect } = context
    expect(outcome).toKeepEveryoneSignedIn()
    expect(outcome).toIsolate({ atLeast: isolation })
    expect(outcome.refused().told['wrong-password']).toBe(0)
    expect(outcome).toRecover()
    controlStands(context)
  }
}

/** The same, and nobody outside the scope is harmed. */
export const holds: VerdictFunction = holdsWith({ isolation: 0.98 })

/** As `holds`, and there is nothing to be felt within the scope either. */
export const isNotEvenFelt: VerdictFunction = context => {
  holds(context)
  const { outcome, expect } = context
  expect(outcome).toLeaveUnharmed({ app: everyApp }, { harm: 0.03 })
}

/** Everybody is signed out of the web, app by app, and the harm is such that isolation is below this. */
export function webFalls({ isolationBelow }: { isolationBelow: number }): VerdictFunction {
  return context => {
    const { outcome, expect } = context
    for (const app of webApps) expect(outcome).toSignOut({ app, surface: 'web' }, { share: 0.8 })
    expect(outcome.isolation).toBeLessThan(isolationBelow)
    controlStands(context)
  }
}

/** Who browses the web with a session is harmed by at least as much. */
export function webIsHarmed({ atLeast }: { atLeast: number }): VerdictFunction {
  return context => {
    const { outcome, expect } = context
    expect(outcome).toHarm({ app: webApps, surface: 'web', activity: 'browse' }, { atLeast })
    controlStands(context)
  }
}

/** As `holds`; whoever has a session goes on with it, on the web and on phones, and who has none cannot get one and waits. */
export const whoIsInGoesOn: VerdictFunction = context => {
  sessionsGoOn(context)
  const { outcome, expect } = context
  expect(outcome).toHarm({ app: webApps, activity: 'sign-in' }, { atLeast: 0.6 })
}

/** The same, and those who wait are of one cell. They come again and again, and so count for more than a quarter. */
export const oneCellWaits: VerdictFunction = context => {
  sessionsGoOn(context)
  const { outcome, expect } = context
  const harm = outcome.harm({ app: webApps, activity: 'sign-in' })
  expect(harm).toBeGreaterThan(0.1)
  expect(harm).toBeLessThan(0.6)
}

const sessionsGoOn: VerdictFunction = context => {
  holds(context)
  const { outcome, expect } = context
  expect(outcome).toKeepServing({ app: webApps, activity: 'browse' }, { goodput: 0.95 })
}

/** The share of what was intended during the fault that was answered with "you are not signed in". NaN if nothing was. */
export function signedOutShare({ segments }: Outcome, selector: Selector): number {
  const picked = segments.filter(segment => matches(selector, segment))
  const signedOut = picked.reduce((sum, { results }) => sum + results['signed-out'], 0)
  return signedOut / picked.reduce((sum, { inFaultIntents }) => sum + inFaultIntents, 0)
}

/** The day that no cause was published of: each candidate for it is held to the same card. */
export const june12 = {
  replays: 'meta-2026-06-12',
  source: 'Press reports of June 12 2026 (no cause was published)',
  lasted: '3h',
  differs:
    'The accounts disagree on numbers and on how long it lasted; what they agree on is the shape, and only that is held to.',
  fidelity: [
    {
      fact: 'web sessions ended',
      observe: outcome => outcome.forcedLogouts({ app: webApps, surface: 'web' }).share,
      atLeast: 0.8,
    },
    {
      fact: 'correct passwords were called incorrect',
      observe: outcome => outcome.refused({ app: webApps }).told['wrong-password'],
      atLeast: 10,
    },
    {
      fact: 'phones of photos and chat partly went on',
      observe: outcome => outcome.goodput({ app: ['photos', 'chat'], surface: 'mobile', activity: 'browse' }),
      atLeast: 0.4,
    },
    {
      fact: 'business interfaces were hit too',
      observe: outcome => outcome.harm({ app: apiApps, activity: 'api-call' }),
      atLeast: 0.4,
    },
  ],
} as const satisfies Partial<ScenarioDefinition>

/** Whatever breaks: nobody who is signed in is thrown out, it ends by itself, and the control group feels nothing. */
export const invariants: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toServeNoDeadSession()
  expect(outcome).toRecover()
  controlStands(context)
}

/** The same, and whoever has a session goes on: what an architecture with a grace promises. */
export const goesOn: VerdictFunction = context => {
  invariants(context)
  const { outcome, expect } = context
  expect(outcome).toKeepServing({ activity: ['browse', 'api-call'] }, { goodput: 0.9 })
}
