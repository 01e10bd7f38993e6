import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Assembly, type BaseImage, commonEntries, samePlace } from './base-images.ts'
import { librariesOf } from './library-files.ts'

/** A Node 24 on this machine: the one that runs this, or the one of the `node` package. */
function localNode(): { file: string; version: string } {
  if (process.versions.node.startsWith('24.')) {
    return { file: process.execPath, version: process.versions.node }
  }
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('node/package.json')
  const { version } = require(manifest) as { version: string }
  return { file: join(dirname(manifest), 'bin/node'), version }
}

async function assemble(): Promise<Assembly> {
  const { file, version } = localNode()
  return {
    version,
    source: `Node ${version} of this machine`,
    entries: [
      ...commonEntries,
      { path: 'usr/local/bin/node', mode: 0o755, file },
      ...samePlace(await librariesOf([file])),
    ],
    changes: ['ENV PATH=/usr/local/bin', 'CMD ["node"]'],
  }
}

/** The image that runs Node. */
export const nodeImage: BaseImage = { official: 'node:24-slim', repository: 'firebreak/node', assemble }
