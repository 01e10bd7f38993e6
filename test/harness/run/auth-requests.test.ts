import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { requestsAtAuth } from '../../../harness/run/auth-requests.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { StackTls } from '../../../harness/stack/stack-tls.ts'
import { cellularFamily, family, linksOf, type Topology } from '../../../harness/stack/topology.ts'
import { startApp } from '../crowd/support.ts'

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

  test('asks every auth of the family itself where the proxy cannot see requests', async () => {
    const asked: string[] = []
    const app = new Hono().get('/:auth/admin/requests', context => {
      asked.push(context.req.param('auth'))
      return context.json({ requests: 5 })
    })
    await using started = await startApp(app)
    const control = { 'auth-1': `${started.door}/auth-1`, 'auth-2': `${started.door}/auth-2` }
    const stack = { ...stackOf(family), tls: new StackTls(), control }
    expect(await requestsAtAuth(stack)).toBe(10)
    expect(asked.toSorted()).toEqual(['auth-1', 'auth-2'])
    const astray = { ...control, 'auth-2': `${started.door}/no/auth-2` }
    await expect(requestsAtAuth({ ...stack, control: astray })).rejects.toThrow('auth-2 answered 404')
  })

  test('is no number where the proxy counts nothing, as a real Toxiproxy does', async () => {
    const proxy = { evidence: async () => ({}) }
    expect(await requestsAtAuth({ ...stackOf(family), proxy } as unknown as Stack)).toBeNaN()
  })

  test('takes a link without a count as not crossed', async () => {
    expect(await requestsAtAuth(stackOf(family, ['feed-to-auth-1']))).toBe(7 * 2 - 1)
  })
})
