import { InvalidArgumentError } from 'commander'

/** A seed as an option gives it. */
export function seedOf(text: string): number {
  const seed = Number(text)
  if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 31 - 1) {
    throw new InvalidArgumentError('a seed is a whole number from 0 to 2147483647.')
  }
  return seed
}
