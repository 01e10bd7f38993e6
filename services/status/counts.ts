/** Counts over time, in buckets of a quarter of a second, over the last half hour; older ones fall out. */
export const bucketMs = 250
const bucketsMax = 7_200
export const horizonMs = bucketMs * bucketsMax

export class Counts {
  readonly #counts = new Uint32Array(bucketsMax)
  /** Which bucket each place holds at present. */
  readonly #holds = new Float64Array(bucketsMax).fill(-1)

  add(at: number): void {
    const bucket = Math.floor(at / bucketMs)
    const place = bucket % bucketsMax
    if (this.#holds[place] !== bucket) {
      this.#holds[place] = bucket
      this.#counts[place] = 0
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
  }

  /** What fell from `from` on and before `until`, ms since the epoch, to a bucket. */
  between(from: number, until: number): number {
    let sum = 0
    for (let bucket = Math.floor(from / bucketMs); bucket < Math.floor(until / bucketMs); bucket += 1) {
      const place = bucket % bucketsMax
      if (this.#holds[place] === bucket) sum += this.#counts[place] ?? 0
    }
    return sum
  }
}
