import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { controlFetch } from '../../../harness/stack/control-fetch.ts'
import { isSecured, StackTls, withEveryAuthControlled } from '../../../harness/stack/stack-tls.ts'
import { cellularFamily, family, linksOf } from '../../../harness/stack/topology.ts'

describe('StackTls', () => {
  const tls = new StackTls()

  test('issues for an instance under every name that it is reached by', () => {
    const certificate = new X509Certificate(tls.issue('auth-2').certificate)
    expect(certificate.verify(new X509Certificate(tls.ca).publicKey)).toBe(true)
    for (const host of ['auth-2', 'proxy', 'localhost']) expect(certificate.checkHost(host)).toBe(host)
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(certificate.checkHost('auth-1')).toBeUndefined()
    expect(certificate.validToDate.getTime()).toBeGreaterThan(Date.now() + 3_600_000)
  })

  test('has an authority of its own for each stack', () => {
    expect(new StackTls().ca).not.toBe(tls.ca)
  })
})

describe('withEveryAuthControlled', () => {
  test.each([
    [family, ['config', 'auth-1', 'rival-auth', 'sessions', 'rival-sessions', 'auth-2']],
    [cellularFamily, undefined],
  ])('gives the operator a link to each auth, and keeps those that were there', (topology, expected) => {
    const { control } = withEveryAuthControlled(topology)
    expect(control).toEqual(expect.arrayContaining([...topology.control]))
    if (expected) expect(control).toEqual(expected)
    const auths = topology.services.filter(({ program }) => program === 'auth').map(({ name }) => name)
    expect(control).toEqual(expect.arrayContaining(auths))
    expect(new Set(control).size).toBe(control.length)
    for (const name of control) expect(isSecured(topology, name)).toBe(auths.includes(name))
    expect(linksOf(withEveryAuthControlled(topology)).length).toBeGreaterThan(linksOf(topology).length)
  })
})

describe('controlFetch', () => {
  test('asks over https whatever certificate is shown', async () => {
    const tls = new StackTls()
    const { certificate, key } = tls.issue('auth-1', { notAfter: new Date(Date.now() - 60_000) })
    const server = createServer({ cert: certificate, key }, async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      response.writeHead(201, { 'x-method': request.method }).end(JSON.stringify({ body }))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      const init = { method: 'PUT', body: 'a body', headers: { 'content-type': 'text/plain' } }
      const response = await controlFetch(`https://127.0.0.1:${port}/`, init)
      expect(response.status).toBe(201)
      expect(response.headers.get('x-method')).toBe('PUT')
      expect(await response.json()).toEqual({ body: 'a body' })
      await expect(fetch(`https://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
    } finally {
      // Nothing is kept: it closes by itself.
      await new Promise(resolve => server.close(resolve))
    }
  })
})
