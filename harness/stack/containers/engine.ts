/**
 * The container engine: where it is, whether it answers, and what a stack has left on it. The watchdog uses this file
 * and must start fast, so it loads dockerode only when asked to talk, and testcontainers never.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { HarnessError, messageOf } from '../../errors.ts'
import { ledgerLabel, stackLabel } from '../ledger.ts'
import { engineRests } from './engine-rest.ts'

const answerDeadlineMs = 10_000
/** For what an engine still does for a stack whose starter is dead. */
const restMsMax = 30_000

interface EngineAddress {
  /** As a DOCKER_HOST would say it. */
  uri: string
  /** Works out the client's options; throws where the address makes no sense or a certificate cannot be read. */
  options(): Docker.DockerOptions
}

/** Settings of ~/.testcontainers.properties; none where there is no such file. */
function testcontainersProperties(): Record<string, string> {
  try {
    const lines = readFileSync(join(homedir(), '.testcontainers.properties'), 'utf8').split('\n')
    const pairs = lines.flatMap(line => {
      const [, key, value] = /^\s*([\w.]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
      return key !== undefined && value !== undefined ? [[key, value] as const] : []
    })
    return Object.fromEntries(pairs)
  } catch {
    return {}
  }
}

/** Client options for an address that the user named. `certificates` is a folder, given where TLS is wanted. */
function optionsFor(uri: string, certificates: string | undefined): Docker.DockerOptions {
  const { hostname, port, pathname } = new URL(uri)
  if (hostname === '') return { socketPath: pathname }
  if (certificates === undefined) return { host: hostname, port }
  const read = (name: string) => readFileSync(resolve(certificates, name))
  const secrets = { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
  return { host: hostname, port, protocol: 'https', ...secrets }
}

/** Where engines usually listen, in the order in which testcontainers looks. */
function usualSockets(): string[] {
  if (process.platform === 'win32') return ['//./pipe/docker_engine']
  const runtimeDirectory = process.env.XDG_RUNTIME_DIR
  return [
    '/var/run/docker.sock',
    ...(runtimeDirectory === undefined ? [] : [join(runtimeDirectory, 'docker.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    `/run/user/${userInfo().uid}/docker.sock`,
  ].filter(path => existsSync(path))
}

/**
 * Where an engine may be, most wanted first: the order of testcontainers, so that both talk to the same one. Where the
 * user names an engine, no other is tried.
 */
function candidates(): EngineAddress[] {
  const properties = testcontainersProperties()
  const verify = process.env.DOCKER_TLS_VERIFY ?? properties['docker.tls.verify']
  const path = process.env.DOCKER_CERT_PATH ?? properties['docker.cert.path']
  const named = properties['tc.host'] ?? process.env.DOCKER_HOST ?? properties['docker.host'] ?? ''
  if (named !== '') {
    return [{ uri: named, options: () => optionsFor(named, verify === '1' ? path : undefined) }]
  }
  return usualSockets().map(socketPath => ({ uri: `unix://${socketPath}`, options: () => ({ socketPath }) }))
}

async function connect(address: EngineAddress, timeout?: number): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode')
  return new Dockerode({ ...address.options(), ...(timeout === undefined ? {} : { timeout }) })
}

/** What answers at an address. Rejects if nothing does in time. */
async function descriptionOf(address: EngineAddress): Promise<string> {
  const started = performance.now()
  try {
    const version = await (await connect(address, answerDeadlineMs)).version()
    return `${version.Components?.[0]?.Name ?? 'Engine'} ${version.Version} (API ${version.ApiVersion}) at ${address.uri}`
  } catch (error) {
    const late = performance.now() - started >= answerDeadlineMs
    throw late ? new HarnessError(`no answer within ${answerDeadlineMs} ms`, { cause: error }) : error
  }
}

async function findAddress(): Promise<{ address: EngineAddress; description: string }> {
  const failures: string[] = []
  for (const address of candidates()) {
    try {
      return { address, description: await descriptionOf(address) }
    } catch (error) {
      failures.push(`${address.uri}: ${engineMessage(error)}`)
    }
  }
  throw new HarnessError(
    failures.length > 0
      ? `no container engine answers (${failures.join('; ')}); start one, or point DOCKER_HOST at one`
      : 'no container engine found: DOCKER_HOST is not set and no usual socket exists; start an engine, or set DOCKER_HOST',
  )
}

/** Whether a Docker-compatible engine answers, and which; decided within a few seconds, silently. */
export async function findEngine(): Promise<{ ok: true; description: string } | { ok: false; why: string }> {
  try {
    return { ok: true, description: (await findAddress()).description }
  } catch (error) {
    return { ok: false, why: messageOf(error) }
  }
}

/** A client for the engine that `findEngine` finds. Rejects with a HarnessError if none answers. */
export async function openEngine(): Promise<Docker> {
  return connect((await findAddress()).address)
}

/** What an engine's error says, without the wrapping of its client. */
export function engineMessage(error: unknown): string {
  return (error as { json?: { message?: string } | null }).json?.message ?? messageOf(error)
}

/** Whether an engine's error says that the thing named is not there. */
export function isNotFound(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404
}

/** Whether an engine's error says that the thing is in use, or being removed already. */
export function isConflict(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number }
  return statusCode === 409 || (statusCode === 403 && /active endpoints/.test(engineMessage(error)))
}

/** What one listing showed, and what went wrong when it was removed. */
export interface Pass {
  containers: number
  volumes: number
  networks: string[]
  errors: unknown[]
}

/**
 * Takes the containers of a network off it, one after the other. An engine that takes several off at once, as it does
 * when they are removed together, can lose count of them, and then keeps the network until it is restarted.
 */
async function leaveInTurn(docker: Docker, network: string): Promise<void> {
  for (const name of await namesOn(docker, network)) {
    // One that is gone, or going, is off already.
    await docker
      .getNetwork(network)
      .disconnect({ Container: name, Force: true })
      .catch(() => {})
  }
}

/** Removes what one listing shows: containers first, since what is in use cannot go. */
async function removeOnce(docker: Docker, label: string): Promise<Pass> {
  const filters = { label: [label] }
  const errors: unknown[] = []
  const attempt = async (removal: Promise<unknown>) => {
    await removal.catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) errors.push(error)
    })
  }
  const networks = await docker.listNetworks({ filters })
  await Promise.all(networks.map(({ Id }) => leaveInTurn(docker, Id)))
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(
    containers.map(({ Id }) => attempt(docker.getContainer(Id).remove({ force: true, v: true }))),
  )
  const volumes = await volumesOf(docker, label)
  await Promise.all([
    ...networks.map(({ Id }) => attempt(docker.getNetwork(Id).remove())),
    ...volumes.map(({ Name }) => attempt(docker.getVolume(Name).remove())),
  ])
  const names = networks.map(({ Name }) => Name)
  return { containers: containers.length, volumes: volumes.length, networks: names, errors }
}

/**
 * Removes all containers, then all networks, of a stack. Idempotent. Begins when the engine starts none of them any
 * more, and looks again until nothing is found: what was being created or removed meanwhile counts too. Rejects with an
 * AggregateError naming all that stays.
 */
export async function removeStackContainers(stackId: string, engine?: Docker): Promise<void> {
  const docker = engine ?? (await openEngine())
  const label = `${stackLabel}=${stackId}`
  await engineRests(docker, label, restMsMax)
  let last: Pass = { containers: 0, volumes: 0, networks: [], errors: [] }
  for (let pass = 0; pass < 20; pass += 1) {
    last = await removeOnce(docker, label)
    if (last.containers + last.volumes + last.networks.length === 0) return
    // The first look again is at once; later ones mean that the engine is still busy with a removal.
    if (pass > 0) await sleep(100)
  }
  const strangers = (await Promise.all(last.networks.map(name => namesOn(docker, name)))).flat()
  throw new AggregateError(last.errors, `stack ${stackId}: ${whatStays(last, strangers)}`)
}

/** The names of the containers on a network; none where the engine does not tell. */
async function namesOn(docker: Docker, network: string): Promise<string[]> {
  try {
    const { Containers = {} } = (await docker.getNetwork(network).inspect()) as Docker.NetworkInspectInfo
    return Object.values(Containers).map(({ Name }) => Name)
  } catch {
    return []
  }
}

/** What stays after the last pass, why, and what helps. `strangers` are the containers on the networks that stay. */
export function whatStays(
  { containers, volumes, networks, errors }: Pass,
  strangers: readonly string[],
): string {
  if (errors.length > 0) {
    return `containers, volumes or networks stay after 20 attempts: ${errors.map(engineMessage).join('; ')}`
  }
  if (containers > 0) return `${containers} containers stay after 20 attempts: the engine keeps them busy`
  if (networks.length === 0) return `${volumes} volumes stay after 20 attempts: something uses them`
  const what = `${networks.join(', ')} cannot be removed`
  if (strangers.length > 0) return `${what}, since ${strangers.join(', ')} use it; remove them first`
  return `${what}, though no container uses it: the engine has lost count, a known fault of the engine; restart the engine, then run firebreak doctor`
}

/** The volumes with a label. */
async function volumesOf(docker: Docker, label: string): Promise<Docker.VolumeInspectInfo[]> {
  // An engine that has none gives no list.
  return (await docker.listVolumes({ filters: { label: [label] } })).Volumes ?? []
}

/** What a stack has on the engine: names of its containers, networks and volumes. */
export interface StackLeftovers {
  stack: string
  /** Where its ledger is, or was; empty if nothing says so. */
  ledger: string
  containers: string[]
  networks: string[]
  volumes: string[]
}

/** Everything on the engine that belongs to any stack, by stack. Stacks that run are among them. */
export async function listStackLeftovers(): Promise<StackLeftovers[]> {
  const docker = await openEngine()
  const filters = { label: [stackLabel] }
  const stacks = new Map<string, StackLeftovers>()
  const of = (labels: Record<string, string> | undefined): StackLeftovers => {
    const stack = labels?.[stackLabel] ?? ''
    const ledger = labels?.[ledgerLabel] ?? ''
    const known = stacks.get(stack) ?? { stack, ledger, containers: [], networks: [], volumes: [] }
    stacks.set(stack, known)
    return known
  }
  for (const { Id, Names, Labels } of await docker.listContainers({ all: true, filters })) {
    of(Labels).containers.push((Names[0] ?? Id).replace(/^\//, ''))
  }
  for (const { Name, Labels } of await docker.listNetworks({ filters })) of(Labels).networks.push(Name)
  for (const { Name, Labels } of await volumesOf(docker, stackLabel)) of(Labels).volumes.push(Name)
  return [...stacks.values()].toSorted((a, b) => a.stack.localeCompare(b.stack))
}
