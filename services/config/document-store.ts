/** Documents in a folder, one file each. Written before anybody is told, so what a client has seen is never lost. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../common/log.ts'
import { type StoredDocument, storedDocumentSchema } from './stored.ts'

export interface DocumentStore {
  load(): StoredDocument[]
  /** Never throws: a full disk must not stop an emergency push. */
  save(document: StoredDocument): void
}

const suffix = '.document.json'

/** A file that cannot be read is logged and set aside under another name; its document begins anew. */
export function fileDocumentStore(folder: string, log: Log): DocumentStore {
  function read(file: string): StoredDocument[] {
    try {
      const parsed = storedDocumentSchema.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
      if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
      if (`${parsed.data.name}${suffix}` !== file) throw new Error(`is about "${parsed.data.name}"`)
      return [parsed.data]
    } catch (error) {
      log('document-refused', { file, reason: (error as Error).message, ...setAside(join(folder, file)) })
      return []
    }
  }

  return {
    load() {
      mkdirSync(folder, { recursive: true })
      return readdirSync(folder)
        .filter(file => file.endsWith(suffix))
        .sort()
        .flatMap(read)
    },
    save(document) {
      const file = join(folder, `${document.name}${suffix}`)
      try {
        // Replaced as a whole, so never found half-written.
        writeFileSync(`${file}.new`, JSON.stringify(document))
        renameSync(`${file}.new`, file)
      } catch (error) {
        log('document-not-kept', { document: document.name, reason: (error as Error).message })
      }
    },
  }
}

function setAside(file: string): { setAside?: string; problem?: string } {
  const setAside = `${file}.refused-${Date.now()}`
  try {
    renameSync(file, setAside)
    return { setAside }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
