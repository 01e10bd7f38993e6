import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const keptSchema = z.object({ version: z.number().int(), value: z.unknown() })
export interface Kept {
  version: number
  value?: unknown
}

/** The last configuration that was promoted, kept where a restart finds it. One that is only tried never gets here. */
export interface LastKnownGood {
  load(): Promise<Kept | undefined>
  save(kept: Kept): Promise<void>
}

/** Keeps it in `<folder>/<document>.last-known-good.json`; replaced as a whole, so never found half-written. */
export function fileLastKnownGood(folder: string, document: string): LastKnownGood {
  const file = join(folder, `${document}.last-known-good.json`)
  return {
    async load() {
      try {
        return keptSchema.parse(JSON.parse(await readFile(file, 'utf8')))
      } catch {
        return undefined
      }
    },
    async save(kept) {
      await mkdir(folder, { recursive: true })
      await writeFile(`${file}.new`, JSON.stringify(kept))
      await rename(`${file}.new`, file)
    },
  }
}
