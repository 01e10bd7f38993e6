/** What many predictions have in common, in words that a scenario can use. */
import type { VerdictFunction } from './scenario.ts'
import { controlApp } from './scope.ts'
import { familyApps } from './stack/topology.ts'

/** The apps of the family that people use on the web. */
export const webApps = ['feed', 'messenger', 'photos', 'chat', 'ads'] as const
/** The apps of the family that other companies' systems call. */
export const apiApps = ['messenger-api', 'business-api'] as const
/** Who has a session already, whatever they do with it. */
export const existing = ['browse', 'refresh', 'api-call'] as const
/** Every app of the family. */
export const everyApp: readonly string[] = familyApps

/** The control group shares nothing with the others, and must not feel a thing. */
export const controlStands: VerdictFunction = ({ outcome, expect }) => {
  expect(outcome).toLeaveUnharmed({ app: controlApp })
}

/** Nobody is signed out, nobody outside the scope is harmed, no correct password is called wrong, and it ends by itself. */
export const holds: VerdictFunction = context => {
  const { outcome, expect } = context
  expect(outcome).toKeepEveryoneSignedIn()
  expect(outcome).toIsolate({ atLeast: 0.98 })
  expect(outcome.refused().told['wrong-password']).toBe(0)
  expect(outcome).toRecover()
  controlStands(context)
}

/** As `holds`, and there is nothing to be felt within the scope either. */
export const isNotEvenFelt: VerdictFunction = context => {
  holds(context)
  const { outcome, expect } = context
  expect(outcome).toLeaveUnharmed({ app: everyApp }, { harm: 0.03 })
}
