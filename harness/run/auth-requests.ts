import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { controlFetch } from '../stack/control-fetch.ts'
import type { Stack } from '../stack/stack.ts'
import { harness } from '../stack/topology.ts'

/**
 * Requests that have crossed the links to the family's auth so far, whichever instance and cell, by the fault proxy's
 * count. Over TLS it sees none, so that auth itself is asked: of one that was started again it is those since then. The
 * harness's own do not count, and neither does the auth of the control group. NaN where the proxy (a real Toxiproxy) does
 * not count them.
 */
export async function requestsAtAuth(
  stack: Pick<Stack, 'links' | 'proxy' | 'topology' | 'tls' | 'control' | 'adminToken'>,
): Promise<number> {
  const { links, proxy, topology, tls } = stack
  const auths = new Set(topology.services.filter(({ role }) => role === 'auth').map(({ name }) => name))
  if (tls) {
    const counts = await Promise.all([...auths].map(name => requestsSeenBy(name, stack)))
    return counts.reduce((sum, count) => sum + count, 0)
  }
  const counters = await proxy.evidence()
  if (Object.keys(counters).length === 0) return Number.NaN
  return links
    .filter(({ from, to }) => auths.has(to) && from !== harness)
    .reduce((sum, link) => sum + (counters[link.name]?.upstreamRequests ?? 0), 0)
}

const readEveryMs = 1_000

/** Reads that count about once a second, on a run's clock, until it is stopped. What cannot be read is left out. */
export function watchAuthLoad(
  stack: Parameters<typeof requestsAtAuth>[0],
  now: () => number,
): Disposable & { readings: { at: number; requests: number }[] } {
  const readings: { at: number; requests: number }[] = []
  const over = new AbortController()
  const watch = async () => {
    while (!over.signal.aborted) {
      const requests = await requestsAtAuth(stack).catch(() => Number.NaN)
      if (!Number.isNaN(requests) && !over.signal.aborted) readings.push({ at: now(), requests })
      await sleep(readEveryMs, undefined, { signal: over.signal }).catch(() => {})
    }
  }
  void watch()
  return { readings, [Symbol.dispose]: () => over.abort() }
}

async function requestsSeenBy(
  name: string,
  { control, adminToken }: Pick<Stack, 'control' | 'adminToken'>,
): Promise<number> {
  const response = await controlFetch(`${control[name]}/admin/requests`, {
    headers: { authorization: `Bearer ${adminToken}` },
  })
  const text = await response.text()
  if (response.ok) return z.object({ requests: z.number() }).parse(JSON.parse(text)).requests
  throw new HarnessError(
    `${name} answered ${response.status} when it was asked for its requests: ${text.slice(0, 200)}`,
  )
}
