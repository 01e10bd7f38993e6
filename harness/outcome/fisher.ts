/** Whether two shares differ by more than chance: Fisher's exact test, which needs no large numbers. */

/** Probability of tables at least as unlikely as this one, both shares being the same in truth. Whole numbers. */
export function fisherExact(one: { of: number; good: number }, other: { of: number; good: number }): number {
  const good = one.good + other.good
  const all = one.of + other.of
  const logTotal = logChoose(all, good)
  const logOf = (k: number) => logChoose(one.of, k) + logChoose(other.of, good - k) - logTotal
  const seen = logOf(one.good)
  let sum = 0
  for (let k = Math.max(0, good - other.of); k <= Math.min(one.of, good); k += 1) {
    const log = logOf(k)
    if (log <= seen + 1e-9) sum += Math.exp(log)
  }
  return Math.min(1, sum)
}

const logFactorials = [0]

function logFactorial(n: number): number {
  for (let k = logFactorials.length; k <= n; k += 1)
    logFactorials.push((logFactorials[k - 1] ?? 0) + Math.log(k))
  return logFactorials[n] ?? 0
}

function logChoose(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}
