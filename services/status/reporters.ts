/** Who has reported what within a while: people press the button twice. */
import { createHmac, randomBytes } from 'node:crypto'

export interface ReportersOptions {
  /** A second report within this time is none. */
  windowMs: number
  /** How many are remembered at a time, so that memory is bounded; beyond it the oldest half is forgotten. */
  rememberedMax: number
}

export class Reporters {
  readonly #options: ReportersOptions
  /** Hashed at once with a key that lives as long as the process: nothing here leads back to anybody. */
  readonly #key = randomBytes(32)
  #recent = new Map<string, number>()
  #older = new Map<string, number>()

  constructor(options: ReportersOptions) {
    this.#options = options
  }

  /** Whether this is a reporter's first report on an app within the window. */
  isFirst(app: string, reporter: string): boolean {
    const id = createHmac('sha256', this.#key).update(`${app}\0${reporter}`).digest('base64url')
    const now = Date.now()
    const before = this.#recent.get(id) ?? this.#older.get(id)
    if (before !== undefined && now - before < this.#options.windowMs) return false
    if (this.#recent.size >= this.#options.rememberedMax / 2) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(id, now)
    return true
  }

  get remembered(): number {
    return this.#recent.size + this.#older.size
  }
}
