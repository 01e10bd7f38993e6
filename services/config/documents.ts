/** One version of a document. */
export interface Version {
  version: number
  value: unknown
  /** When it was pushed, ms since the epoch. */
  at: number
}

/** What a client says about the newest version it has seen. */
export interface Acknowledgement {
  client: string
  version: number
  status: 'applied' | 'refused'
  reason?: string
  at: number
}

const historyMax = 100

/** One versioned document, who waits for its next version, and who runs which. */
export class ConfigDocument {
  readonly name: string
  #versions: Version[]
  #waiting = new Set<() => void>()
  #acknowledgements = new Map<string, Acknowledgement>()

  constructor(name: string, value: unknown) {
    this.name = name
    this.#versions = [{ version: 1, value, at: Date.now() }]
  }

  get newest(): Version {
    return this.#versions.at(-1) as Version
  }

  /** Newest last; bounded. */
  get history(): readonly Version[] {
    return this.#versions
  }

  push(value: unknown): Version {
    const next = { version: this.newest.version + 1, value, at: Date.now() }
    this.#versions = [...this.#versions, next].slice(-historyMax)
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
    return next
  }

  /** Resolves with a version newer than `after` as soon as there is one, or with undefined after `waitMs`. */
  async next(after: number, waitMs: number): Promise<Version | undefined> {
    if (this.newest.version > after) return this.newest
    await new Promise<void>(resolve => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, waitMs)
      this.#waiting.add(wake)
    })
    return this.newest.version > after ? this.newest : undefined
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    this.#acknowledgements.set(acknowledgement.client, acknowledgement)
  }

  get acknowledgements(): Acknowledgement[] {
    return [...this.#acknowledgements.values()]
  }
}

/** Changes a value as RFC 7396 (JSON Merge Patch) says. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else Object.defineProperty(result, key, { value: mergePatch(result[key], value), ...plain })
  }
  return result
}

// Defined, not assigned: a key named __proto__ must become a key.
const plain = { enumerable: true, configurable: true, writable: true }

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
