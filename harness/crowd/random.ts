import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Numbers in [0, 1), the same for the same seed and stream. */
export type Random = () => number

/** A stream of its own for each thing that needs chance, so that one thing more does not change the others. */
export function createRandom(seed: number, stream: string): Random {
  // Hashed, because generators with nearby seeds begin alike: users who all come at the same moment.
  const digest = createHash('sha256').update(`${seed} ${stream}`).digest()
  const generator = xoroshiro128plus(digest.readInt32LE())
  return () => uniformFloat64(generator)
}
