/** The text of a scenario file for a schedule that was found. */
import { sourceOf, timedSource } from '../new/source.ts'
import { usualFault } from '../new/usual-faults.ts'
import { durationMsOf, promisesOf, type Schedule, wordsOf } from './drawn.ts'

export interface FoundScenario {
  schedule: Schedule
  architecture: string
  /** What the run said of it. */
  reasons: readonly string[]
  seed: number
  importFrom: string
}

export function foundScenario({ schedule, architecture, reasons, seed, importFrom }: FoundScenario): string {
  const faults = schedule.map(({ kind, params, atMs, forMs }) => {
    const name = usualFault(kind)?.constructorName ?? kind
    return {
      name,
      line: timedSource({ constructorName: name, params, at: atMs / 1_000, lasts: forMs / 1_000 }),
    }
  })
  const promises = promisesOf(architecture)
  const names = [...new Set([...faults.map(({ name }) => name), promises, 'scenario'])].sort()
  const [first = 'it breaks'] = reasons
  return `import { ${names.join(', ')} } from ${sourceOf(importFrom)}

// Found with seed ${seed}: ${first.split('\n')[0]}
export default scenario({
  title: ${sourceOf(`Found: ${wordsOf(schedule)}`)},
  cause: 'network',
  scope: {},
  faults: [
${faults.map(({ line }) => `    ${line},`).join('\n')}
  ],
  duration: '${durationMsOf(schedule) / 1_000}s',
  verdict: { ${/^\w+$/.test(architecture) ? architecture : sourceOf(architecture)}: ${promises} },
})
`
}
