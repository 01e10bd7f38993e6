/** The text of a file that lists what users define of their own, with one more. */
import { existsSync, readFileSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import { sourceOf } from './source.ts'

export interface NewEntry {
  /** Where it goes. It may be there. */
  file: string
  /** What it is: `architecture` in a file of architectures. Also what makes it, and is imported. */
  kind: 'app' | 'architecture'
  name: string
  definition: object
  importFrom: string
}

/** Throws UsageError for a file that has one of the name, or that is not a plain list. */
export function newEntry({ file, kind, name, definition, importFrom }: NewEntry): string {
  const entry = `  ${kind}(${sourceOf(name)}, ${sourceOf(definition)}),\n`
  if (!existsSync(file))
    return `import { ${kind} } from ${sourceOf(importFrom)}\n\nexport default [\n${entry}]\n`
  const text = readFileSync(file, 'utf8')
  if (text.includes(`${kind}(${sourceOf(name)}`))
    throw new UsageError(`${file}: has an ${kind} "${name}" already`)
  const end = text.lastIndexOf(']')
  const before = text.slice(0, end).trimEnd()
  if (end < 0 || !/\S/.test(before))
    throw new UsageError(`${file}: is no list of ${kind}s; add it by hand:\n${entry}`)
  return `${before}${/[[,]$/.test(before) ? '' : ','}\n${entry}${text.slice(end)}`
}
