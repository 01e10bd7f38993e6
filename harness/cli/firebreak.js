#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

// Plain JavaScript: a Node that cannot read the rest must at least be able to say so.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `firebreak needs Node 24 or newer, and this is ${process.version}.\nRun it as "npx firebreak" in the project after "npm ci", which brings the right one.\n`,
  )
  process.exit(64)
}
// Compiled once, and not by each command: half of what one takes that only looks something up.
const cache = new URL('../../node_modules/.cache/firebreak', import.meta.url)
module.enableCompileCache(fileURLToPath(cache))
// In the package there is only what it was compiled to.
const source = new URL('./main.ts', import.meta.url)
const compiled = new URL('../../dist/harness/cli/main.js', import.meta.url)
await import(existsSync(source) ? source.href : compiled.href)
