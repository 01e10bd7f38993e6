import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Numbers in [0, 1), the same for the same seed and stream. */
export type Random = () => number

/** A stream of its own for each thing that needs chance, so that one thing more does not change the others. */
export function createRandom(seed: number, stream: string): Random {
  let mixed = seed | 0
  for (const character of stream) mixed = (Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0)) | 0
  const generator = xoroshiro128plus(mixed)
  return () => uniformFloat64(generator)
}
