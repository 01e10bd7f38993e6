/** Where a scenario can run, and what its stack must have for it. */
import type { Need } from '../faults/fault.ts'
import type { Scenario } from '../scenario.ts'
import type { RuntimeName } from '../stack/driver.ts'
import { parts } from '../stack/stack-parts.ts'

/** Parts that a stack is started with or without. Every stack has the others, or none can. */
const features = ['replica', 'tls', ...parts] as const satisfies readonly Need[]

/** What its stack is to be started with. */
export function featuresOf({
  schedule,
  parts: asked = [],
}: Pick<Scenario, 'schedule'> & Partial<Pick<Scenario, 'parts'>>): Need[] {
  const wanted = new Set<string>([...asked, ...schedule.flatMap(({ fault }) => fault.needs)])
  return features.filter(feature => wanted.has(feature))
}

/** What of that a stack with these features does not have. */
export function lackingOf(wanted: readonly Need[], has: ReadonlySet<string>): Need[] {
  return features.filter(feature => wanted.includes(feature) && !has.has(feature))
}

/** A machine, as far as it decides what can run there. */
export interface Place {
  runtime: RuntimeName
  /** The Toxiproxy image that takes the place of the project's own fault proxy, if one is named. */
  toxiproxyImage: string | undefined
}

/** Why a scenario cannot run here, in words; undefined if it can. */
export function whyNotRunnable({ schedule }: Pick<Scenario, 'schedule'>, place: Place): string | undefined {
  const reasons = schedule.flatMap(({ fault: { kind, runtimes, needs } }) => [
    ...(runtimes[place.runtime] === undefined
      ? [`${kind} cannot be injected on ${place.runtime}, only on ${Object.keys(runtimes).join(', ')}`]
      : []),
    // Only containers run another proxy.
    ...(needs.includes('http-toxics') && place.runtime === 'containers' && place.toxiproxyImage
      ? [
          `${kind} needs the project's own fault proxy, and FIREBREAK_TOXIPROXY_IMAGE names ${place.toxiproxyImage}`,
        ]
      : []),
  ])
  return reasons.length === 0 ? undefined : [...new Set(reasons)].join('; ')
}
