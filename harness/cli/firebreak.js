#!/usr/bin/env node
// Plain JavaScript: a Node that cannot read the rest must at least be able to say so.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `firebreak needs Node 24 or newer, and this is ${process.version}.\nRun it as "npx firebreak" in the project after "npm ci", which brings the right one.\n`,
  )
  process.exit(64)
}
await import('./firebreak.ts')
