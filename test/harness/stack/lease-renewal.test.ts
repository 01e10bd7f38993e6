import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createProxyServer } from '../../../harness/proxy/server.ts'
import { LeaseRenewal, leaseMs } from '../../../harness/stack/lease-renewal.ts'
import { ProxyControl } from '../../../harness/stack/proxy-control.ts'

const everyMs = 10

/** Renews with what each turn answers, and then `false`. */
function renewing(...answers: (boolean | Error)[]) {
  let asked = 0
  const renewal = new LeaseRenewal(async () => {
    const answer = answers[asked++] ?? false
    if (answer instanceof Error) throw answer
    return answer
  }, everyMs)
  return { renewal, asked: () => asked }
}

describe('LeaseRenewal', () => {
  test('renews until nothing is lent any more, and again when something is', async () => {
    const { renewal, asked } = renewing(true, true, false, true)
    renewal.begin()
    renewal.begin()
    await expect.poll(asked).toBe(3)
    await sleep(10 * everyMs)
    expect(asked()).toBe(3)
    renewal.begin()
    await expect.poll(asked).toBe(5)
  })

  test('bears with a proxy that is away, but not for longer than a lease lasts', async () => {
    const away = new Error('away')
    const { renewal, asked } = renewing(away, away, true, away, away, away, away, away, true)
    renewal.begin()
    await expect.poll(asked).toBe(8)
    await sleep(10 * everyMs)
    expect(asked()).toBe(8)
  })
})

describe('what the harness puts on the proxy', () => {
  test('is lent, and ends with the lease of whoever does not renew it', async () => {
    const server = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
    const proxy = new ProxyControl(server.apiUrl, 'a stack')
    const link = { name: 'feed-to-auth', from: 'feed', to: 'auth' } as const
    await proxy.open([{ link, listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }])
    await proxy.addToxic(link.name, {
      name: 'slow',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: 1 },
    })
    await proxy.disable(link.name, 'cut')
    const ask = (path: string, method = 'GET') => fetch(`${server.apiUrl}${path}`, { method })
    const { proxies } = (await (await ask('/firebreak/evidence')).json()) as never as {
      proxies: Record<string, { lease: { leftMs: number }; toxics: Record<string, { lease: unknown }> }>
    }
    expect(proxies[link.name]?.toxics.slow?.lease).toMatchObject({ holder: 'a stack' })
    expect(proxies[link.name]?.lease.leftMs).toBeLessThanOrEqual(leaseMs)
    expect(proxies[link.name]?.lease.leftMs).toBeGreaterThan(leaseMs / 2)
    expect((await ask('/firebreak/leases/a%20stack', 'DELETE')).status).toBe(204)
    expect(await proxy.states()).toMatchObject({ [link.name]: { enabled: true, toxics: [] } })
    await server.close()
  })
})
