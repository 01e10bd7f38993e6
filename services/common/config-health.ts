/** What a client reports while it tries a version: its answers before it took the version up, and since. */
import type { Health, HealthCount } from './health.ts'

/** How far back `before` looks, ms. */
const beforeMs = 5_000
/** What is noted now is filed under the quarter of a second it falls in; never look beyond that. */
const aheadMs = 250
/** A difference of this size between the time of day and the clock that only goes forward is a jump, ms. */
const jumpMs = 1_000

/**
 * Begins to count now. When the time of day jumps, answers are filed under times that say nothing about before and
 * since: the count up to the jump is kept, and goes on from there.
 */
export function countFromNow(health: Health): () => { before: HealthCount; since: HealthCount } {
  let from = Date.now()
  let offset = from - performance.now()
  const before = health.between(from - beforeMs, from)
  let counted: HealthCount = { good: 0, bad: 0 }
  let last = counted
  return () => {
    const now = Date.now()
    if (Math.abs(now - performance.now() - offset) > jumpMs) {
      counted = last
      from = now - aheadMs
      offset = now - performance.now()
    }
    const { good, bad } = health.between(from, now + aheadMs)
    last = { good: counted.good + good, bad: counted.bad + bad }
    return { before, since: last }
  }
}
