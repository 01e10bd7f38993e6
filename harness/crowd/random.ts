import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Numbers in [0, 1), the same for the same seed and stream. */
export type Random = () => number

/** A stream of its own for each thing that needs chance, so that one thing more does not change the others. */
export function createRandom(seed: number, stream: string): Random {
  let generator: ReturnType<typeof xoroshiro128plus> | undefined
  // Made when it is needed: most of a crowd's streams never are.
  return () => {
    generator ??= generatorOf(seed, stream)
    return uniformFloat64(generator)
  }
}

function generatorOf(seed: number, stream: string) {
  // Hashed, because generators with nearby seeds begin alike: users who all come at the same moment.
  const digest = createHash('sha256').update(`${seed} ${stream}`).digest()
  return xoroshiro128plus(digest.readInt32LE())
}
