/** What the fault proxy counted at the doors, and when that shows that a load was there. Arithmetic, and one question. */
import type { LoadCounts } from '../../load/plan.ts'
import { requestsAtAuth } from '../../run/auth-requests.ts'
import type { Stack } from '../../stack/stack.ts'
import { internet } from '../../stack/topology.ts'

/** Requests so far, at a moment. */
export interface DoorCounts {
  atMs: number
  /** Over the links from the internet to the doors that the load comes in by. */
  doors: number
  /** Over all links to the family's auth. */
  auth: number
}

export async function doorCountsOf(stack: Stack, doors: readonly string[]): Promise<DoorCounts> {
  const [counters, auth] = await Promise.all([stack.proxy.evidence(), requestsAtAuth(stack)])
  const requests = doors.map(door => counters[`${internet}-to-${door}`]?.upstreamRequests ?? 0)
  return { atMs: performance.now(), doors: requests.reduce((sum, count) => sum + count, 0), auth }
}

export interface DoorMoments {
  /** The doors were watched from `first` to `before`, */
  first: DoorCounts
  before: DoorCounts
  /** and the load has been there from `began` on. */
  began: DoorCounts
  now: DoorCounts
}

/**
 * What can be said of it. Nothing, unless what came in beyond the usual is at least a third of what the generator says it
 * sent and knows the end of (the rest may be on its way to the doors still), and more than chance may bring.
 */
export function seenAtDoors({ first, before, began, now }: DoorMoments, own: LoadCounts): string[] {
  const watchedS = (before.atMs - first.atMs) / 1_000
  const loadedS = (now.atMs - began.atMs) / 1_000
  const watched = before.doors - first.doors
  const came = now.doors - began.doors
  const usual = (watched * loadedS) / watchedS
  // Of a count by chance: its square root. The one before is stretched to the length of the other.
  const chance = (Math.sqrt(watched) * loadedS) / watchedS + Math.sqrt(usual)
  const beyond = came - usual
  const ended = own.requests - own.inFlight
  if (own.requests === 0 || beyond < ended / 3 || beyond <= chance) return []
  const rate = (from: number, to: number, seconds: number) => Math.round((to - from) / seconds)
  const at = (count: 'doors' | 'auth') =>
    `${rate(began[count], now[count], loadedS)}/s, before it ${rate(first[count], before[count], watchedS)}/s`
  return [
    `${came} requests in ${loadedS.toFixed(1)} s at the doors: ${at('doors')}; at auth: ${at('auth')} ` +
      `(the generator sent ${own.requests} for ${own.begun} begun, ${own.well} went well)`,
  ]
}
