/**
 * The time of the certificate that auth shows is over (Epic, 2021-04-06; Teams, 2020-02-03). New connections fail their
 * handshake, all from one instant on; those that stand go on until something cuts them, as the next deployment would.
 */
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import { controlFetch } from '../../stack/control-fetch.ts'
import type { Stack } from '../../stack/stack.ts'
import { isSecured, type StackTls } from '../../stack/stack-tls.ts'
import { harness, type Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { servicePattern, serviceProblems, servicesNamed } from '../services.ts'
import { handshakeFailure } from './handshake.ts'

export const certificateExpired = defineFault({
  kind: 'certificate-expired',
  layer: 'key',
  summary: 'The certificate that auth shows has expired',
  params: z.strictObject({
    /** Whose certificate: an auth. */
    service: servicePattern,
    /** What becomes of connections that stand: they go on, or are cut. */
    established: z.enum(['kept', 'cut']).default('cut'),
  }),
  connections: 'cut',
  runtimes: { containers: 'real', processes: 'real' },
  needs: ['tls'],
  target: ({ service }) => service,
  problems: ({ service }, topology) => certificateProblems(service, topology),
  holds: ({ service }, topology) => servicesNamed(service, topology).map(name => `certificate:${name}`),
  inject: ({ service, established }, stack) =>
    injectExpiredCertificate(servicesNamed(service, stack.topology), established, stack),
})

/** How long its time has been over, and how long it was, ms. */
const overMs = 60_000
const lastedMs = 90 * 24 * 3_600_000

function certificateProblems(service: string, topology: Topology): string[] {
  const problems = serviceProblems(service, topology)
  if (problems.length > 0) return problems
  const others = servicesNamed(service, topology).filter(name => !isSecured(topology, name))
  return others.map(name => `${name} has no certificate; an auth has`)
}

type TlsStack = Pick<Stack, 'tls' | 'control' | 'adminToken' | 'proxy' | 'links' | 'services'>

/** At the instances of these names. */
export async function injectExpiredCertificate(
  names: readonly string[],
  established: 'kept' | 'cut',
  stack: TlsStack,
): Promise<Injected> {
  const { tls } = stack
  if (!tls) throw new HarnessError('certificate-expired: the stack was started without the feature "tls"')
  const over = Date.now() - overMs
  const times = { notBefore: new Date(over - lastedMs), notAfter: new Date(over) }
  const undo = () => everywhere(names, name => install(stack, tls, name))
  try {
    await everywhere(names, name => install(stack, tls, name, times))
    if (established === 'cut') await cut(names, stack)
  } catch (error) {
    await undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
  return {
    undo,
    // It starts with the certificate that it was deployed with.
    undoHard: () =>
      everywhere(names, async name => {
        await stack.services.kill(name).catch(() => {})
        await stack.services.start(name)
      }),
    evidence: async () => (await Promise.all(names.map(name => evidenceOf(name, tls, stack)))).flat(),
    async remains() {
      const failures = names.map(async name => {
        const failure = await handshakeFailure(stack.control[name] ?? '', tls.ca)
        return failure === undefined ? [] : [`${name} still fails a handshake: ${failure}`]
      })
      return (await Promise.all(failures)).flat()
    },
  }
}

async function evidenceOf(target: string, tls: StackTls, stack: TlsStack): Promise<Evidence[]> {
  const failure = await handshakeFailure(stack.control[target] ?? '', tls.ca)
  if (!failure?.startsWith('CERT_HAS_EXPIRED')) return []
  return [{ fault: 'certificate-expired', target, witness: 'TLS client', observed: failure }]
}

/** Gives an instance another certificate, the way its operators renew it. */
async function install(
  { control, adminToken }: TlsStack,
  tls: StackTls,
  name: string,
  times: Parameters<StackTls['issue']>[1] = {},
): Promise<void> {
  const base = control[name]
  if (base === undefined) throw new HarnessError(`the stack gives its operator no way to ${name}`)
  const response = await controlFetch(`${base}/admin/certificate`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
    body: JSON.stringify(tls.issue(name, times)),
  })
  const text = await response.text()
  if (!response.ok)
    throw new HarnessError(
      `${name} answered ${response.status} to its new certificate: ${text.slice(0, 200)}`,
    )
}

/** Ends what stands on every link to them, but for the harness's own. */
async function cut(names: readonly string[], { links, proxy }: TlsStack): Promise<void> {
  const concerned = links.filter(({ from, to }) => from !== harness && names.includes(to))
  await everywhere(
    concerned.map(({ name }) => name),
    async link => {
      await proxy.endConnections(link, 'cut')
    },
  )
}

/** Waits for all of them: one still under way after the first failure would come after its undo. */
async function everywhere(names: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(names.map(act))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
