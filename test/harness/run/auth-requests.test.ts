import { describe, expect, test } from 'vitest'
import { requestsAtAuth } from '../../../harness/run/auth-requests.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { cellularFamily, family, linksOf, type Topology } from '../../../harness/stack/topology.ts'

/** A stack whose every link was crossed once, but for those that are given. */
function stackOf(topology: Topology, uncounted: readonly string[] = []) {
  const links = linksOf(topology)
  const counters = Object.fromEntries(
    links.map(({ name }) => [name, uncounted.includes(name) ? {} : { upstreamRequests: 1 }]),
  )
  return { links, topology, proxy: { evidence: async () => counters } } as unknown as Stack
}

describe('requestsAtAuth', () => {
  test('counts what every app asks every replica, in every cell, and nothing of the harness or the control group', async () => {
    expect(await requestsAtAuth(stackOf(family))).toBe(7 * 2)
    expect(await requestsAtAuth(stackOf(cellularFamily))).toBe(7 * 2 * 4)
  })

  test('takes a link without a count as not crossed', async () => {
    expect(await requestsAtAuth(stackOf(family, ['feed-to-auth-1']))).toBe(7 * 2 - 1)
  })
})
