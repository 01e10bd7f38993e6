/** What is measured: the way without a proxy, and proxies as processes of their own. */
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HarnessError } from '../../../harness/errors.ts'
import { proxyNodeFlags } from '../../../harness/proxy/node-flags.ts'
import { nodeBinary, rootFolder } from '../../../harness/stack/node-binary.ts'
import type { Children, Program } from './children.ts'
import { ask } from './effect.ts'
import type { Ports } from './jobs.ts'
import { cpuSecondsIn, residentMiBIn } from './statistics.ts'

export type SubjectName = 'direct' | 'firebreak' | 'toxiproxy'

export interface Subject {
  readonly name: SubjectName
  /** Ports that lead to those of the far end. */
  readonly ports: Ports
  /** Undefined: there is no proxy. */
  readonly proxy: ProxyProcess | undefined
}

/** A proxy process; its proxies are named like the ports. */
export class ProxyProcess {
  readonly apiPort: number
  readonly #program: Program

  constructor(program: Program, apiPort: number) {
    this.#program = program
    this.apiPort = apiPort
  }

  /** CPU time that it has used, s. */
  get cpuSeconds(): number {
    return cpuSecondsIn(readFileSync(`/proc/${this.#program.pid}/stat`, 'utf8'))
  }

  get residentMiB(): number {
    return residentMiBIn(readFileSync(`/proc/${this.#program.pid}/status`, 'utf8'))
  }

  addToxic(proxy: keyof Ports, toxic: object): Promise<string> {
    return ask('POST', this.apiPort, `/proxies/${proxy}/toxics`, { name: 'bench', toxicity: 1, ...toxic })
  }

  removeToxic(proxy: keyof Ports): Promise<string> {
    return ask('DELETE', this.apiPort, `/proxies/${proxy}/toxics/bench`)
  }

  end(): Promise<void> {
    return this.#program.end()
  }
}

/** As the runtime without an engine starts it. */
const compileCache = join(rootFolder, 'node_modules', '.cache', 'firebreak')
const keepCompiled = pathToFileURL(join(rootFolder, 'harness/stack/processes/keep-compiled.js')).href

/** Starts one. Rejects with HarnessError. */
export async function startSubject(
  name: SubjectName,
  far: Ports,
  { children, toxiproxy = '' }: { children: Children; toxiproxy: string | undefined },
): Promise<Subject> {
  if (name === 'direct') return { name, ports: far, proxy: undefined }
  const proxy = await (name === 'firebreak' ? startFirebreak(children) : startToxiproxy(children, toxiproxy))
  const ports = { ...far }
  for (const [port, number] of Object.entries(far) as [keyof Ports, number][]) {
    const made = await ask('POST', proxy.apiPort, '/proxies', {
      name: port,
      listen: '127.0.0.1:0',
      upstream: `127.0.0.1:${number}`,
    })
    ports[port] = Number((JSON.parse(made) as { listen: string }).listen.split(':').at(-1))
  }
  return { name, ports, proxy }
}

async function startFirebreak(children: Children): Promise<ProxyProcess> {
  const listening = Promise.withResolvers<number>()
  const program = children.program(
    nodeBinary(),
    [...proxyNodeFlags, `--import=${keepCompiled}`, join(rootFolder, 'harness/proxy/main.ts')],
    {
      env: { HOST: '127.0.0.1', PORT: '0', NODE_COMPILE_CACHE: compileCache },
      onLine: line => listening.resolve((JSON.parse(line) as { port: number }).port),
    },
  )
  program.over.then(why => listening.reject(new HarnessError(why)))
  return new ProxyProcess(program, await listening.promise)
}

async function startToxiproxy(children: Children, command: string): Promise<ProxyProcess> {
  const port = await freePort()
  const program = children.program(command, ['-host', '127.0.0.1', '-port', String(port)], {
    env: { LOG_LEVEL: 'error' },
  })
  let why: string | undefined
  program.over.then(text => {
    why = text
  })
  const until = performance.now() + 10_000
  for (;;) {
    try {
      await ask('GET', port, '/version')
      return new ProxyProcess(program, port)
    } catch (error) {
      if (why !== undefined || performance.now() > until) {
        throw new HarnessError(`TOXIPROXY_BIN: ${why ?? `${command} does not answer on port ${port}`}`, {
          cause: error,
        })
      }
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
