import { Agent, request } from 'node:https'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import {
  certificateExpired,
  injectExpiredCertificate,
} from '../../../../harness/faults/key/certificate-expired.ts'
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { ProxyControl } from '../../../../harness/stack/proxy-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import { StackTls } from '../../../../harness/stack/stack-tls.ts'
import { cellularFamily, family, type Link } from '../../../../harness/stack/topology.ts'
import { ServerCertificate } from '../../../../services/common/server-certificate.ts'
import { adminToken, startAuth } from '../../../services/auth/helpers.ts'

const links: readonly Link[] = [
  { name: 'harness-to-auth-1', from: 'harness', to: 'auth-1' },
  { name: 'feed-to-auth-1', from: 'feed', to: 'auth-1' },
  { name: 'photos-to-auth-1', from: 'photos', to: 'auth-1' },
]
const cases = ['kept', 'cut'] as const

/** A real auth that speaks TLS, behind a real fault proxy, and callers that trust its authority. */
async function startWorld() {
  await using opened = new AsyncDisposableStack()
  const tls = new StackTls()
  const certificate = new ServerCertificate(tls.issue('auth-1'))
  const { auth } = startAuth({ certificate })
  const server = certificate.createServer(
    certificate.options,
    getRequestListener(asked => auth.fetch(asked)),
  )
  certificate.attach(server)
  const port = await new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve(Number(Object(server.address()).port))),
  )
  opened.defer(() => new Promise<void>(resolve => server.close(() => resolve())))
  opened.defer(() => server.closeAllConnections())
  const proxyServer = await createProxyServer({ host: '127.0.0.1', apiPort: 0 })
  opened.defer(() => proxyServer.close())
  const proxy = new ProxyControl(proxyServer.apiUrl)
  const addresses = await proxy.open(
    links.map(link => ({ link, listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` })),
  )
  const stack = {
    tls,
    proxy,
    links,
    adminToken,
    control: { 'auth-1': `https://${addresses.get('harness-to-auth-1')}` },
  } as unknown as Stack

  const owned = opened.move()

  /** Asks again and again over one connection, or over a new one where that was cut: a status or an error's code. */
  function caller(link: string) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: tls.ca, maxCachedSessions: 0 })
    owned.defer(() => agent.destroy())
    return () => ask(`https://${addresses.get(link)}/healthz`, agent)
  }
  return { stack, caller, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise(resolve => {
    request(url, { agent }, response => {
      response.resume().on('end', () => resolve(String(response.statusCode)))
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end()
  })
}

describe('certificateExpired', () => {
  test('refuses what it does not know', () => {
    expect(() => certificateExpired({ service: 'auth', established: 'drained' as never })).toThrow(
      ScenarioError,
    )
    expect(() => certificateExpired({ service: '*' })).toThrow('service')
  })

  test('is aimed at auths, on stacks that speak TLS', () => {
    const fault = certificateExpired({ service: 'auth' })
    expect(fault).toMatchObject({ kind: 'certificate-expired', layer: 'key', needs: ['tls'] })
    expect(fault.params).toEqual({ service: 'auth', established: 'cut' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['certificate:auth-1', 'certificate:auth-2'])
    expect(certificateExpired({ service: 'auth@eu' }).holds(cellularFamily)).toEqual([
      'certificate:auth-eu-1',
      'certificate:auth-eu-2',
    ])
    expect(certificateExpired({ service: 'feed' }).problems(family)).toEqual([
      'feed has no certificate; an auth has',
    ])
    expect(certificateExpired({ service: 'nobody' }).problems(family)).toHaveLength(1)
  })

  test.each(cases)(
    'fails new handshakes while connections that stand are %s, until its undo',
    async established => {
      await using world = await startWorld()
      const feed = world.caller('feed-to-auth-1')
      const operator = world.caller('harness-to-auth-1')
      expect([await feed(), await operator()]).toEqual(['200', '200'])
      const injected = await injectExpiredCertificate(['auth-1'], established, world.stack)
      // The harness's own stand in any case.
      expect(await operator()).toBe('200')
      expect(await world.caller('photos-to-auth-1')()).toBe('CERT_HAS_EXPIRED')
      expect(await feed()).toBe(established === 'kept' ? '200' : 'CERT_HAS_EXPIRED')
      expect(await injected.evidence()).toEqual([
        {
          fault: 'certificate-expired',
          target: 'auth-1',
          witness: 'TLS client',
          observed: 'CERT_HAS_EXPIRED: certificate has expired',
        },
      ])
      expect(await injected.remains?.()).toEqual([
        'auth-1 still fails a handshake: CERT_HAS_EXPIRED: certificate has expired',
      ])
      await injected.undo()
      await injected.undo()
      expect(await injected.evidence()).toEqual([])
      expect(await injected.remains?.()).toEqual([])
      expect([await feed(), await world.caller('photos-to-auth-1')()]).toEqual(['200', '200'])
    },
  )

  test('says so where no TLS is spoken', async () => {
    await using world = await startWorld()
    const { tls: _, ...plain } = world.stack
    await expect(injectExpiredCertificate(['auth-1'], 'cut', plain)).rejects.toThrow(
      'the stack was started without the feature "tls"',
    )
  })

  test('puts a good one back where connections cannot be cut', async () => {
    await using world = await startWorld()
    const missing: Link = { name: 'ghost-to-auth-1', from: 'ghost', to: 'auth-1' }
    const stack = { ...world.stack, links: [...links, missing] } as Stack
    await expect(injectExpiredCertificate(['auth-1'], 'cut', stack)).rejects.toThrow(HarnessError)
    expect(await world.caller('feed-to-auth-1')()).toBe('200')
  })

  test('says so where it may not renew', async () => {
    await using world = await startWorld()
    const stack = { ...world.stack, adminToken: 'guessed' } as Stack
    await expect(injectExpiredCertificate(['auth-1'], 'cut', stack)).rejects.toThrow('auth-1 answered 401')
    await expect(injectExpiredCertificate(['auth-9'], 'cut', world.stack)).rejects.toThrow('no way to auth-9')
    expect(await world.caller('feed-to-auth-1')()).toBe('200')
  })
})
