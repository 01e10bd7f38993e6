/** The text of a file of architectures with one more. */
import { existsSync, readFileSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import { type ArchitectureChange, architecture } from '../stack/architectures.ts'
import { sourceOf } from './source.ts'

export interface NewArchitecture {
  /** Where it goes. It may be there. */
  file: string
  name: string
  change: ArchitectureChange
  importFrom: string
}

/** Throws UsageError for one that makes no sense, and for a file that is not a plain list. */
export function newArchitecture({ file, name, change, importFrom }: NewArchitecture): string {
  architecture(name, change)
  const entry = `  architecture(${sourceOf(name)}, ${sourceOf(change)}),\n`
  if (!existsSync(file))
    return `import { architecture } from ${sourceOf(importFrom)}\n\nexport default [\n${entry}]\n`
  const text = readFileSync(file, 'utf8')
  if (text.includes(`architecture(${sourceOf(name)}`))
    throw new UsageError(`${file}: has an architecture "${name}" already`)
  const end = text.lastIndexOf(']')
  const before = text.slice(0, end).trimEnd()
  if (end < 0 || !/\S/.test(before))
    throw new UsageError(`${file}: is no list of architectures; add it by hand:\n${entry}`)
  return `${before}${/[[,]$/.test(before) ? '' : ','}\n${entry}${text.slice(end)}`
}
