/** The text of a scenario file for a schedule that was found. */
import { sourceOf } from '../new/source.ts'
import { usualFault } from '../new/usual-faults.ts'
import { recoverMs, type Schedule, wordsOf } from './drawn.ts'

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
      line: `{ at: '${atMs / 1_000}s', for: '${forMs / 1_000}s', fault: ${name}(${sourceOf(params)}) }`,
    }
  })
  const names = [...new Set([...faults.map(({ name }) => name), 'invariants', 'scenario'])].sort()
  const end = Math.max(...schedule.map(({ atMs, forMs }) => atMs + forMs)) + recoverMs
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
  duration: '${end / 1_000}s',
  verdict: { ${/^\w+$/.test(architecture) ? architecture : sourceOf(architecture)}: invariants },
})
`
}
