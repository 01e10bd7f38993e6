/** A few real processes under a small service control: what a deploy fault needs of a stack. */
import { fileURLToPath } from 'node:url'
import { HarnessError } from '../../../../harness/errors.ts'
import { architectureOf } from '../../../../harness/stack/architectures.ts'
import { nodeBinary } from '../../../../harness/stack/node-binary.ts'
import { Child } from '../../../../harness/stack/processes/child.ts'
import type { ServiceControl, ServiceVersion } from '../../../../harness/stack/service-control.ts'
import type { Stack } from '../../../../harness/stack/stack.ts'
import type { ServiceSpec, Topology } from '../../../../harness/stack/topology.ts'

const program = `
import { createServer } from 'node:http'
const told = { mitigations: process.env.MITIGATIONS, pace: process.env.PACE }
const server = createServer((request, response) => setTimeout(() => response.end(JSON.stringify(told)), 20))
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
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

/** One process of one service: started anew it is another process at the same port. */
class Instance {
  readonly name: string
  port = 0
  starts = 0
  child: Child | undefined
  /** How it ended, if it has. */
  ended: string | undefined

  constructor(name: string) {
    this.name = name
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
        PORT: `${this.port}`,
        MITIGATIONS: architectureOf('hardened').mitigations.join(','),
        ...env,
      },
    })
    this.child = child
    this.starts += 1
    void child.exited.then(ended => {
      if (this.child === child) this.ended = ended
    })
    this.ended = undefined
    return child
  }

  async listening(child: Child): Promise<void> {
    const port = (line: string) =>
      line.includes('"listening"') ? (JSON.parse(line) as { port: number }).port : undefined
    this.port = await child.waitForLine('listening', port, 20_000)
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
      const { ended, starts } = of(name)
      return ended === undefined ? { state: 'running', starts } : { state: 'ended', starts, ended }
    },
    async kill(name) {
      await of(name).child?.end('SIGKILL')
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
    /** What a service says, or that it says nothing. */
    async probe(name: string): Promise<Record<string, string> | 'no answer'> {
      try {
        const response = await fetch(`http://127.0.0.1:${of(name).port}`, {
          headers: { connection: 'close' },
          signal: AbortSignal.timeout(5_000),
        })
        return (await response.json()) as Record<string, string>
      } catch {
        return 'no answer'
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...instances.values()].map(({ child }) => child?.end('SIGKILL')))
    },
  }
}
