/** Compiles the project to dist/, as the package has it: Node runs no TypeScript inside node_modules. */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { nodeBinary, rootFolder } from '../stack/node-binary.ts'

const dist = join(rootFolder, 'dist')
const compiled = ['services', 'harness', 'scenarios']

rmSync(dist, { recursive: true, force: true })
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
)
const { status } = spawnSync(nodeBinary(), [compiler, '-p', join(rootFolder, 'tsconfig.build.json')], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

// What is no TypeScript goes as it is: styles, the control room's own script.
for (const folder of compiled) {
  for (const entry of readdirSync(join(rootFolder, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !entry.name.endsWith('.ts')) cpSync(path, join(dist, path.slice(rootFolder.length)))
  }
}

// Makes them modules there, and in the image of the services.
const { name, version } = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')) as Record<
  string,
  string
>
writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type: 'module' }, null, 2)}\n`)
