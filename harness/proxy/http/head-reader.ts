import { type HeadKind, headBytesMax } from './head.ts'

/** What a read brought: more is needed, it is no head, or here is one. */
export type HeadProgress<H> = 'more' | 'bad' | { head: H; raw: Buffer; end: number }

const blankLine = Buffer.from('\r\n\r\n')
const none = Buffer.alloc(0)

/** Collects the bytes of one head after another. Says as early as can be that something is none. */
export class HeadReader<H> {
  readonly #kind: HeadKind<H>
  /** What has come of a head that is not whole; only the first `#length` bytes count. */
  #held: Buffer = none
  #length = 0
  #firstLineSeen = false

  constructor(kind: HeadKind<H>) {
    this.#kind = kind
  }

  get holds(): boolean {
    return this.#length > 0
  }

  /**
   * Takes the bytes from `at` on. `more`: all of them are held. `bad`: none of them is, and `take` gives what had been
   * held. Otherwise the head, its bytes (a part of `data` unless some were held) and where in `data` it ends.
   */
  read(data: Buffer, at: number): HeadProgress<H> {
    const before = this.#length
    const found = before === 0 ? data.indexOf(blankLine, at) - at : this.#join(data, at)
    const length = found + blankLine.length
    if (found >= 0 && length <= headBytesMax) {
      const raw = before === 0 ? data.subarray(at, at + length) : this.#held.subarray(0, length)
      const head = this.#kind.parse(raw.toString('latin1'))
      if (head === undefined) return this.#refuse(before)
      this.#clear()
      return { head, raw, end: at + length - before }
    }
    if (before === 0) this.#append(data, at)
    if (this.#length > headBytesMax || !this.#isSound(before)) return this.#refuse(before)
    return 'more'
  }

  /** Gives what is held, and begins anew. */
  take(): Buffer {
    const held = this.#held.subarray(0, this.#length)
    this.#clear()
    return held
  }

  #join(data: Buffer, at: number): number {
    const from = Math.max(0, this.#length - blankLine.length + 1)
    this.#append(data, at)
    return this.#held.subarray(0, this.#length).indexOf(blankLine, from)
  }

  /** One byte more than may be is enough to see that it is too much. */
  #append(data: Buffer, at: number): void {
    const room = headBytesMax + 1 - this.#length
    const wanted = this.#length + Math.min(room, data.length - at)
    if (wanted > this.#held.length) {
      const grown = Buffer.alloc(Math.max(1_024, wanted, Math.min(2 * this.#held.length, headBytesMax + 1)))
      this.#held.copy(grown, 0, 0, this.#length)
      this.#held = grown
    }
    data.copy(this.#held, this.#length, at, at + wanted - this.#length)
    this.#length = wanted
  }

  /** Whether what is held can still become a head: otherwise a peer that speaks something else would wait for ever. */
  #isSound(before: number): boolean {
    const held = this.#held.subarray(0, this.#length)
    if (before < 40 && !this.#kind.mayBegin(held.toString('latin1', 0, Math.min(40, this.#length))))
      return false
    for (let at = held.indexOf(10, before); at >= 0; at = held.indexOf(10, at + 1)) {
      if (at === 0 || held[at - 1] !== 13) return false
      if (!this.#firstLineSeen && !this.#kind.isFirstLine(held.toString('latin1', 0, at - 1))) return false
      this.#firstLineSeen = true
    }
    return true
  }

  #refuse(before: number): 'bad' {
    this.#length = before
    return 'bad'
  }

  #clear(): void {
    this.#held = none
    this.#length = 0
    this.#firstLineSeen = false
  }
}
