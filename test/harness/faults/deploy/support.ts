/** A few real processes under a small service control: what a deploy fault, or one of processes, needs of a stack. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { HarnessError } from '../../../../harness/errors.ts'
import { architectureOf } from '../../../../harness/stack/architectures.ts'
import { nodeBinary } from '../../../../harness/stack/node-binary.ts'
import { Child } from '../../../../harness/stack/processes/child.ts'
import { stateOf } from '../../../../harness/stack/processes/proc.ts'
import type {
  ServiceControl,
  ServiceLimits,
  ServiceStatus,
  ServiceVersion,
} from '../../../../harness/stack/service-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import type { ServiceSpec, Topology } from '../../../../harness/stack/topology.ts'

const program = `
import { createServer } from 'node:http'
const told = { mitigations: process.env.MITIGATIONS, pace: process.env.PACE }
const server = createServer((request, response) => setTimeout(() => response.end(JSON.stringify(told)), 20))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  console.log(JSON.stringify({ time: new Date().toISOString(), event: 'listening', port }))
})
`

const spec = (name: string, role: string, program: ServiceSpec['program'] = 'auth'): ServiceSpec => ({
  name,
  role,
  program,
  calls: program === 'postgres' ? [] : ['sessions'],
})
/** Two of one role, one of another, and a database. */
export const topology: Topology = {
  services: [
    spec('sessions', 'sessions', 'postgres'),
    spec('auth-1', 'auth'),
    spec('auth-2', 'auth'),
    spec('feed', 'feed', 'app'),
  ],
  doors: [],
  control: [],
  cells: [],
}

/** How long a process may take to listen on a busy machine, ms. */
const listenMsMax = 30_000

/**
 * One process of one service. Started anew it is another process at another port: whoever would keep a port while nobody
 * listens there may find somebody else's server at it.
 */
class Instance {
  readonly name: string
  /** Where it listens; undefined while it does not. */
  port: number | undefined
  starts = 0
  child: Child | undefined
  limits: ServiceLimits | undefined
  /** How it ended, if it has. */
  #ended: string | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Whether it is stopped is the kernel's word. */
  status(): ServiceStatus {
    const { starts, limits } = this
    const common = { starts, ...(limits === undefined ? {} : { limits }) }
    if (this.#ended !== undefined) return { state: 'ended', ended: this.#ended, ...common }
    return { state: stateOf(this.child?.process.pid ?? 0) === 'T' ? 'paused' : 'running', ...common }
  }

  async launch({ env, build }: ServiceVersion = {}): Promise<Child> {
    await this.child?.end('SIGTERM')
    const file = fileURLToPath(new URL(`../../../../harness/builds/${build}.ts`, import.meta.url))
    const child = new Child({
      service: this.name,
      command: nodeBinary(),
      args: [
        '--disable-warning=ExperimentalWarning',
        ...(build === undefined ? [] : [`--import=${file}`]),
        '--input-type=module',
        '--eval',
        program,
      ],
      env: {
        PATH: process.env.PATH ?? '',
        NAME: this.name,
        MITIGATIONS: architectureOf('hardened').mitigations.join(','),
        ...env,
      },
    })
    this.child = child
    this.starts += 1
    this.port = undefined
    this.limits = undefined
    this.#ended = undefined
    void child.exited.then(ended => {
      if (this.child !== child) return
      this.#ended = ended.replace(/^was /, '')
      this.port = undefined
    })
    return child
  }

  async listening(child: Child): Promise<void> {
    const portIn = (line: string) =>
      line.includes('"listening"') ? (JSON.parse(line) as { port: number }).port : undefined
    const port = await child.waitForLine('listening', portIn, listenMsMax)
    if (this.child === child && this.#ended === undefined) this.port = port
  }

  /** Resolves once the kernel says so. */
  async signal(signal: 'SIGSTOP' | 'SIGCONT', state: ServiceStatus['state']): Promise<void> {
    if (this.#ended !== undefined) return
    this.child?.process.kill(signal)
    while (this.status().state !== state && this.#ended === undefined) await sleep(5)
  }
}

/** Everything is up when this resolves. */
export async function startDeployWorld({ architecture = 'hardened' } = {}) {
  const instances = new Map(['auth-1', 'auth-2', 'feed'].map(name => [name, new Instance(name)]))
  const of = (name: string) => {
    const instance = instances.get(name)
    if (!instance) throw new HarnessError(`no service ${name}`)
    return instance
  }
  const services: Partial<ServiceControl> = {
    names: [...instances.keys()],
    async status(name) {
      return of(name).status()
    },
    async kill(name) {
      const { child } = of(name)
      await child?.end('SIGKILL')
      await child?.exited
    },
    async launch(name, version) {
      const child = await of(name).launch(version)
      void of(name)
        .listening(child)
        .catch(() => {})
    },
    async start(name, version) {
      const instance = of(name)
      await instance.listening(await instance.launch(version))
    },
    pause: name => of(name).signal('SIGSTOP', 'paused'),
    resume: name => of(name).signal('SIGCONT', 'running'),
    /** Only remembered: what it does to real processes is for the runtimes' own tests. */
    async limit(name, limits) {
      of(name).limits = limits
      return 'imitated'
    },
  }
  await Promise.all([...instances.keys()].map(name => services.start?.(name)))
  return {
    stack: {
      services,
      topology,
      architecture: architectureOf(architecture),
      logs: () => Object.fromEntries([...instances].map(([name, { child }]) => [name, child?.logs() ?? []])),
    } as unknown as Stack,
    services: services as ServiceControl,
    starts: () => [...instances.values()].map(({ starts }) => starts),
    /** The process of a service now. */
    pid: (name: string) => of(name).child?.process.pid ?? 0,
    /** What a service says, or that it says nothing. */
    probe: (name: string) => ask(of(name), 5_000),
    /** The same for who expects nothing. */
    probeBriefly: (name: string) => ask(of(name), 700),
    async [Symbol.asyncDispose]() {
      await Promise.all([...instances.values()].map(({ child }) => child?.end('SIGKILL')))
    },
  }
}

async function ask(
  { port }: Pick<Instance, 'port'>,
  patienceMs: number,
): Promise<Record<string, string> | 'no answer'> {
  if (port === undefined) return 'no answer'
  try {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(patienceMs),
    })
    return (await response.json()) as Record<string, string>
  } catch {
    return 'no answer'
  }
}
