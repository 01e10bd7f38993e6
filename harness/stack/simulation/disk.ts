/** What a service has on disk: it outlives its process. */
import type { LastKnownGood } from '../../../services/common/last-known-good.ts'
import type { DocumentStore } from '../../../services/config/document-store.ts'
import { storedDocumentSchema } from '../../../services/config/stored.ts'

/** Files by name, as text: what is read is never what somebody goes on changing. */
export type Disk = Map<string, string>

export function lastKnownGoodOn(disk: Disk, document: string): LastKnownGood {
  const file = `${document}.last-known-good.json`
  return {
    async load() {
      const text = disk.get(file)
      return text === undefined ? undefined : JSON.parse(text)
    },
    async save(kept) {
      disk.set(file, JSON.stringify(kept))
    },
  }
}

const suffix = '.document.json'

export function documentsOn(disk: Disk): DocumentStore {
  return {
    load: () =>
      [...disk]
        .filter(([file]) => file.endsWith(suffix))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, text]) => storedDocumentSchema.parse(JSON.parse(text))),
    save: document => void disk.set(`${document.name}${suffix}`, JSON.stringify(document)),
  }
}
