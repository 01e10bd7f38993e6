import { InvalidArgumentError } from 'commander'

/** Reads what an option gives as a whole number from 1 to `most`. Throws InvalidArgumentError, which names the option. */
export function countTo(most: number, what = 'it'): (text: string) => number {
  return text => {
    const count = Number(text)
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new InvalidArgumentError(`${what} is a whole number from 1 to ${most}.`)
    return count
  }
}
