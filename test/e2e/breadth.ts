/**
 * What is tried in many ways takes more than an hour on two slow cores. `npm test` tries each kind of thing on a real stack
 * once or twice, `npm run test:all` all of it: every way to end, on every runtime, and the files in full/.
 */
export const isFull = process.env.FIREBREAK_TEST_ALL === '1'

/** Of a number of ways those that are tried now. */
export function triedNow<Way extends { onlyInFull?: boolean }>(ways: readonly Way[]): Way[] {
  return ways.filter(({ onlyInFull = false }) => isFull || !onlyInFull)
}
