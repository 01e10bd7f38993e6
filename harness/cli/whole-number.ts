import { InvalidArgumentError } from 'commander'

/**
 * Reads what an option gives as a whole number from `least` to `most`. Throws InvalidArgumentError, which names the option;
 * `what`: the number in words.
 */
export function wholeNumber(least: number, most: number, what = 'it'): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`${what} is a whole number from ${least} to ${most}.`)
    return value
  }
}

/** A seed as an option gives it. */
export const seedOf = wholeNumber(0, 2 ** 31 - 1, 'a seed')
