import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { familyApps } from '../../../harness/stack/apps.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { environmentOf, newSecrets } from '../../../harness/stack/environment.ts'
import { StackTls } from '../../../harness/stack/stack-tls.ts'
import { cellularFamily, family, type Topology } from '../../../harness/stack/topology.ts'
import { commonEnv } from '../../../services/common/env.ts'

function environments(topology: Topology, architecture = 'hardened', tls?: StackTls) {
  const parts = {
    tls,
    topology,
    architecture: architectureOf(architecture),
    secrets: newSecrets(topology),
    addressOf: (from: string, to: string) => `${from}--${to}:1`,
  }
  const byName = Object.fromEntries(
    topology.services.map(service => [service.name, environmentOf(service, parts)]),
  )
  return { ...parts, of: (name: string): Record<string, string> => byName[name] ?? {} }
}

const shared = environments(family)
const cellular = environments(cellularFamily, 'cellular')

describe('environmentOf', () => {
  test('can be read by every service', () => {
    for (const { of, topology } of [shared, cellular])
      for (const { name, role, program, region, cell } of topology.services) {
        if (program === 'postgres') continue
        expect(commonEnv.parse(of(name)), name).toMatchObject({
          NAME: name,
          ROLE: role,
          ...(region === undefined ? {} : { REGION: region }),
          ...(cell === undefined ? {} : { CELL: cell }),
        })
      }
  })

  test('names a region for edges, and for what belongs to a cell, and for nobody else', () => {
    const withRegion = ({ topology, of }: typeof shared) =>
      topology.services.filter(({ name }) => 'REGION' in of(name)).map(({ program }) => program)
    expect(new Set(withRegion(shared))).toEqual(new Set(['edge']))
    expect(new Set(withRegion(cellular))).toEqual(new Set(['edge', 'auth', 'postgres']))
    expect(cellular.of('auth-eu-2')).toMatchObject({ REGION: 'eu', CELL: 'eu' })
  })

  test('gives a link to each instance that a service calls, except for databases', () => {
    expect(JSON.parse(shared.of('auth-2').LINKS ?? '')).toEqual({ config: 'http://auth-2--config:1' })
    expect(JSON.parse(shared.of('feed').LINKS ?? '')).toEqual({
      'auth-1': 'http://feed--auth-1:1',
      'auth-2': 'http://feed--auth-2:1',
      config: 'http://feed--config:1',
    })
    expect(Object.keys(JSON.parse(cellular.of('feed').LINKS ?? ''))).toHaveLength(9)
  })

  test('with TLS gives each auth a certificate of its own, and who calls one its authority and links over https', () => {
    const tls = new StackTls()
    const { of } = environments(family, 'hardened', tls)
    for (const auth of ['auth-1', 'auth-2', 'rival-auth']) {
      const { TLS_CERT = '', TLS_KEY = '' } = of(auth)
      const certificate = new X509Certificate(TLS_CERT)
      expect(certificate.checkHost(auth)).toBe(auth)
      expect(certificate.verify(new X509Certificate(tls.ca).publicKey)).toBe(true)
      expect(certificate.checkPrivateKey(createPrivateKey(TLS_KEY))).toBe(true)
    }
    expect(of('feed').TLS_CA).toBe(tls.ca)
    expect(JSON.parse(of('feed').LINKS ?? '')).toEqual({
      'auth-1': 'https://feed--auth-1:1',
      'auth-2': 'https://feed--auth-2:1',
      config: 'http://feed--config:1',
    })
    expect(JSON.parse(of('rival').LINKS ?? '')).toEqual({ 'rival-auth': 'https://rival--rival-auth:1' })
    for (const other of ['config', 'edge-us', 'status', 'feed']) expect(of(other).TLS_KEY).toBeUndefined()
    // Without it nothing of it is there.
    for (const name of ['auth-1', 'feed'])
      expect(Object.keys(shared.of(name)).filter(key => key.startsWith('TLS'))).toEqual([])
  })

  test('gives both auths of a place the same database, by links of their own', () => {
    const of = (name: string) => new URL(shared.of(name).DATABASE_URL ?? '')
    expect(of('auth-1').password).toBe(shared.secrets.databases.sessions?.password)
    expect(of('auth-2').password).toBe(of('auth-1').password)
    expect([of('auth-1').host, of('auth-2').host]).toEqual(['auth-1--sessions:1', 'auth-2--sessions:1'])
    const passwords = ['auth-us-1', 'auth-eu-1', 'auth-asia-1', 'auth-me-1', 'rival-auth'].map(
      name => new URL(cellular.of(name).DATABASE_URL ?? '').password,
    )
    expect(new Set(passwords).size).toBe(5)
  })

  test('lets an app show its auth a secret that this auth knows', () => {
    const clients = JSON.parse(shared.of('auth-1').CLIENTS ?? '') as Record<string, string>
    expect(Object.keys(clients).toSorted()).toEqual([...familyApps].toSorted())
    for (const app of familyApps) expect(shared.of(app).CLIENT_SECRET).toBe(clients[app])
    expect(JSON.parse(shared.of('rival-auth').CLIENTS ?? '')).toEqual({
      rival: shared.of('rival').CLIENT_SECRET,
    })
  })

  test('gives each app a secret of 32 bytes of its own', () => {
    const secrets = [...familyApps, 'rival'].map(app => shared.of(app).APP_SECRET ?? '')
    expect(new Set(secrets).size).toBe(secrets.length)
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  })

  test('tells the operator’s token to whom operators talk to, and to nobody else', () => {
    const told = family.services.filter(({ name }) => 'ADMIN_TOKEN' in shared.of(name))
    expect(told.map(({ name }) => name).toSorted()).toEqual(
      ['auth-1', 'auth-2', 'config', 'rival-auth', 'status'].toSorted(),
    )
  })

  test('has no secret twice, and none in another stack', () => {
    const flat = ({ databases, clients, apps, adminToken }: ReturnType<typeof newSecrets>) => [
      adminToken,
      ...Object.values(databases).map(({ password }) => password),
      ...Object.values(clients),
      ...Object.values(apps),
    ]
    const all = [...flat(newSecrets(family)), ...flat(newSecrets(family))]
    expect(new Set(all).size).toBe(all.length)
  })
})
