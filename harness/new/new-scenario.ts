/** The text of a new scenario file, which runs as it is. */
import { UsageError } from '../errors.ts'
import { surfaces } from '../outcome/history.ts'
import type { Cause } from '../scenario.ts'
import { parts } from '../stack/stack-parts.ts'
import { sourceOf, timedSource } from './source.ts'
import { type UsualFault, usualFault } from './usual-faults.ts'

export interface NewScenario {
  title: string
  cause: Cause
  /** Kinds. */
  faults: readonly string[]
  /** Who may be harmed, as `app`, `app:surface` or `:surface`; empty for nobody. */
  scope: readonly string[]
  /** From where the file imports firebreak. */
  importFrom: string
}

/** Seconds. With the steady state before and the recovery behind it, enough for eight intents of everything. */
const firstAt = 5.5
const lasts = 6
const between = 1

/** Throws UsageError for a fault that there is not, and for a scope that says nothing. */
export function newScenario({ title, cause, faults, scope, importFrom }: NewScenario): string {
  const made = faults.map(kind => {
    const found = usualFault(kind)
    if (found) return found
    throw new UsageError(`there is no fault "${kind}"; "firebreak list faults" shows them`)
  })
  const names = [...new Set([...made.map(({ constructorName }) => constructorName), 'scenario'])].sort()
  const wanted = parts.filter(part => made.some(({ needs }) => needs.includes(part)))
  return `import { ${names.join(', ')} } from ${sourceOf(importFrom)}

export default scenario({
  title: ${sourceOf(title)},
  story: 'What happened, to whom, and why: a few sentences.',
  cause: ${sourceOf(cause)},
  // Who may be harmed. Whoever else is counts against isolation.
  scope: ${sourceOf(scope.map(selectorOf))},
${wanted.length === 0 ? '' : `  // What its stack has beyond every stack.\n  parts: ${sourceOf(wanted)},\n`}  faults: [
${made.map((fault, index) => `    ${timed(fault, index)},`).join('\n')}
  ],
  // What you predict, for each architecture; one that is left out is skipped.
  verdict: {
    'shared-fate': ({ outcome, expect }) => {
      expect(outcome).toLeaveUnharmed({ app: 'rival' })
    },
    hardened: ({ outcome, expect }) => {
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toIsolate({ atLeast: 0.95 })
      expect(outcome).toRecover()
    },
    cellular: ({ outcome, expect }) => {
      expect(outcome).toKeepEveryoneSignedIn()
      expect(outcome).toIsolate({ atLeast: 0.95 })
      expect(outcome).toRecover()
    },
  },
})
`
}

function timed({ constructorName, params }: UsualFault, index: number): string {
  const at = firstAt + index * (lasts + between)
  return timedSource({ constructorName, params, at, lasts })
}

function selectorOf(text: string): Record<string, string> {
  const [, app = '', surface] = /^([a-z0-9-]*)(?::([a-z]+))?$/.exec(text) ?? []
  if (
    (app === '' && surface === undefined) ||
    (surface !== undefined && !surfaces.some(each => each === surface))
  )
    throw new UsageError(
      `--scope "${text}": write an app, app:surface or :surface, with a surface of ${surfaces.join(', ')}`,
    )
  return { ...(app === '' ? {} : { app }), ...(surface === undefined ? {} : { surface }) }
}
