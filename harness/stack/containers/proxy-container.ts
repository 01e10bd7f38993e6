/**
 * The fault proxy of a stack on containers. It stands on both networks: published on this machine, and beside all
 * services. It listens for link number i at port 9000 + i.
 */
import type Docker from 'dockerode'
import { HarnessError, StackError } from '../../errors.ts'
import { proxyNodeFlags } from '../../proxy/node-flags.ts'
import type { StartedProxy } from '../driver.ts'
import { codeEnding } from '../node-binary.ts'
import type { Starts } from '../starts.ts'
import { harness, internet, type Link } from '../topology.ts'
import {
  type ContainerSpec,
  endpointOf,
  type RunningContainer,
  type StartingContainer,
} from './containers.ts'
import { imageId, pullImage } from './engine-images.ts'
import type { StackNetworks } from './networks.ts'

export const proxyName = 'proxy'
export const firstLinkPort = 9_000
const apiPort = 8474

export interface ProxyContainerOptions {
  docker: Docker
  /** The image of the project's own proxy. */
  image: string
  networks: StackNetworks
  /** Begins to start it, in the place of another if it has one. */
  begin(spec: ContainerSpec): StartingContainer | Promise<StartingContainer>
  starts: Starts
  /** What all containers of the stack have in common. */
  common: Omit<ContainerSpec, 'command' | 'env' | 'network' | 'hosts'>
}

/** One that runs, and what it was started with. */
export interface ProxyContainer extends StartedProxy {
  spec: ContainerSpec
  container: RunningContainer
}

/** Starts it. One that takes the place of another is published where that one was. */
export async function startProxyContainer(
  links: readonly Link[],
  options: ProxyContainerOptions,
  before?: RunningContainer,
): Promise<ProxyContainer> {
  const { networks, begin, starts, common } = options
  const ports = new Map(links.map(({ name }, index) => [name, firstLinkPort + index]))
  const portOf = ({ name }: Link) => ports.get(name) ?? Number.NaN
  const fromOutside = links.filter(({ from }) => from === internet || from === harness)
  const published = [apiPort, ...fromOutside.map(portOf)]
  const spec: ContainerSpec = {
    ...common,
    ...(await programOf(options)),
    network: networks.front,
    hosts: Object.fromEntries(links.map(({ to }) => [to, networks.addressOf(to)])),
    published: new Map(published.map(port => [port, before?.publishedPort(port)])),
    onCreated: id => connectInside(id, options),
    // The second is what Toxiproxy itself says.
    ready: /"listening"|HTTP server/,
  }
  const container = await (await begin(spec)).ready
  const apiUrl = `http://127.0.0.1:${container.publishedPort(apiPort)}`
  await waitForApi(apiUrl, container.logs, starts)
  return {
    spec,
    container,
    apiUrl,
    listen: link => `0.0.0.0:${portOf(link)}`,
    inside: link => `${proxyName}:${portOf(link)}`,
    outside: link => `127.0.0.1:${container.publishedPort(portOf(link))}`,
    ...(networks.insideIsHere
      ? { direct: (link: Link) => `${networks.addressOf(proxyName)}:${portOf(link)}` }
      : {}),
    logs: container.logs,
  }
}

/** Puts the proxy, which is created on the front network, on the inside network too. */
async function connectInside(
  containerId: string,
  { docker, networks }: ProxyContainerOptions,
): Promise<void> {
  await docker.getNetwork(networks.inside).connect({
    Container: containerId,
    EndpointConfig: endpointOf(proxyName, networks.addressOf(proxyName)),
  })
}

/** The fault proxy of this project, or a Toxiproxy image that the user names. */
async function programOf({ docker, image: own }: ProxyContainerOptions) {
  const image = process.env.FIREBREAK_TOXIPROXY_IMAGE
  if (image === undefined || image === '') {
    const env = { HOST: '0.0.0.0', PORT: String(apiPort) }
    return { image: own, command: ['node', ...proxyNodeFlags, `harness/proxy/main${codeEnding}`], env }
  }
  const refusal = (await imageId(docker, image)) === undefined ? await pullImage(docker, image) : undefined
  if (refusal !== undefined) {
    throw new StackError(
      proxyName,
      `FIREBREAK_TOXIPROXY_IMAGE names ${image}, which cannot be pulled: ${refusal}`,
    )
  }
  return { image, command: ['-host=0.0.0.0'], env: {} }
}

/** Waits until the proxy's API answers here: not so where the engine runs on another machine. */
async function waitForApi(apiUrl: string, logs: () => string[], starts: Starts): Promise<void> {
  const deadline = Date.now() + 5_000
  for (;;) {
    starts.check(proxyName)
    try {
      const response = await fetch(`${apiUrl}/version`)
      await response.arrayBuffer()
      if (response.ok) return
      throw new HarnessError(`it answers ${response.status}`)
    } catch (error) {
      if (Date.now() < deadline) {
        await new Promise(resolve => setTimeout(resolve, 50))
        continue
      }
      const message = `its API does not answer at ${apiUrl}; the engine must run on this machine`
      throw new StackError(proxyName, message, { logs: logs().slice(-20), cause: error })
    }
  }
}
