/** A new app of the family: its role, and a line in each place that lists the apps. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HarnessError } from '../errors.ts'
import { camelCase, sourceOf } from './source.ts'

export interface NewApp {
  name: string
  /** What people see. */
  title: string
}

interface Edited {
  file: string
  /** What is put in, and what it comes before. */
  edits: readonly { before: RegExp; text: string }[]
}

/** Writes it below the repository's folder; gives the files, relative to it. Rejects before anything is written. */
export function addApp(root: string, { name, title }: NewApp): string[] {
  const role = join('services', 'app', 'roles', `${name}.ts`)
  if (existsSync(join(root, role))) throw new HarnessError(`${role}: is there already`)
  const texts = editsFor({ name, title }).map(({ file, edits }) => ({
    file,
    text: edits.reduce(
      (text, { before, text: added }) => {
        const at = text.search(before)
        if (at < 0) throw new HarnessError(`${file}: there is no place for "${added.trim()}"; add it by hand`)
        return text.slice(0, at) + added + text.slice(at)
      },
      readFileSync(join(root, file), 'utf8'),
    ),
  }))
  writeFileSync(join(root, role), roleText({ name, title }))
  for (const { file, text } of texts) writeFileSync(join(root, file), text)
  return [role, ...texts.map(({ file }) => file)]
}

function editsFor({ name, title }: NewApp): Edited[] {
  const constant = camelCase(name)
  return [
    {
      file: 'services/app/roles/index.ts',
      edits: [
        { before: /import \{ rival \}/, text: `import { ${constant} } from './${name}.ts'\n` },
        { before: /, rival\]/, text: `, ${constant}` },
      ],
    },
    {
      file: 'harness/stack/topology.ts',
      edits: [
        { before: /\] as const\n\n\/\*\* The app with an auth of its own/, text: `  ${sourceOf(name)},\n` },
      ],
    },
    {
      file: 'services/status/products.ts',
      edits: [
        {
          before: /\]\n\n\/\*\* Region -> base address/,
          text: `  { app: ${sourceOf(name)}, title: ${sourceOf(title)}, surfaces: ['api'] },\n`,
        },
      ],
    },
    {
      file: 'harness/crowd/population.ts',
      edits: [
        { before: / {2}\/\/ Never in anybody's scope/, text: `  { app: ${sourceOf(name)}, ...api },\n` },
      ],
    },
  ]
}

function roleText({ name, title }: NewApp): string {
  return `import type { Role } from '../role.ts'

/** What it is, and for whom. */
export const ${camelCase(name)}: Role = {
  name: ${sourceOf(name)},
  title: ${sourceOf(title)},
  surfaces: ['api'],
  content: () => ({}),
}
`
}
