/** Scenarios as `firebreak list` shows them: grouped by cause, or as a timeline of the incidents that they replay. */

import { compressionOf, compressionWords } from '../incident.ts'
import type { NamedScenario } from '../run/load-scenarios.ts'
import { causes } from '../scenario.ts'

/** The results of `list --json`. */
export function listed(scenarios: readonly NamedScenario[]) {
  return scenarios.map(({ name, scenario }) => {
    const {
      title,
      story,
      cause,
      replays,
      source,
      differs,
      scope,
      needs,
      needsOneOf,
      parts,
      fidelity,
      verdict,
    } = scenario
    return {
      name,
      title,
      story,
      cause,
      replays,
      source,
      compression: compressionOf(scenario),
      differs,
      scope,
      needs: needs ?? [],
      needsOneOf: needsOneOf ?? [],
      parts: parts ?? [],
      fidelity: (fidelity ?? []).map(({ observe: _, ...fact }) => fact),
      architectures: Object.keys(verdict),
    }
  })
}
export type Listed = ReturnType<typeof listed>

export interface ScenarioSection {
  title: string
  rows: readonly { name: string; lines: readonly string[] }[]
}

/** One section for each cause that there is, in the order of the causes. */
export function byCause(scenarios: Listed): ScenarioSection[] {
  const groups = Map.groupBy(scenarios, ({ cause }) => cause)
  return causes.flatMap(cause => {
    const group = groups.get(cause)
    if (!group) return []
    const rows = group
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map(({ name, title }) => ({ name, lines: [title] }))
    return [{ title: cause === 'none' ? 'nothing' : cause, rows }]
  })
}

/** The incidents, oldest first: when, who, by which account, and how much longer than here. */
export function byIncident(scenarios: Listed): ScenarioSection {
  const replays = scenarios.flatMap(({ replays, ...rest }) =>
    replays === undefined ? [] : [{ replays, ...rest }],
  )
  const dated = replays.map(({ replays, source, ...rest }) => {
    const [, who = replays, when = ''] = /^(.*)-(\d{4}-\d{2}-\d{2})$/.exec(replays) ?? []
    return { ...rest, who, when, source: source ?? '' }
  })
  const rows = dated
    .toSorted((one, other) => one.when.localeCompare(other.when) || one.name.localeCompare(other.name))
    .map(({ name, title, who, when, source, compression }) => ({
      name: `${when}  ${who}`,
      lines: [`${name}: ${title}`, source, ...(compression ? [compressionWords(compression)] : [])],
    }))
  return { title: 'Incidents', rows }
}
