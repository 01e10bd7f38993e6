/** The runtime without an engine: every service is a child process on 127.0.0.1. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Driver, Started } from '../driver.ts'
import { type Ledger, stackVariable } from '../ledger.ts'
import { nodeBinary, rootFolder } from '../node-binary.ts'
import { Child } from './child.ts'
import { startPostgresProcess } from './postgres.ts'

const startTimeoutMs = 30_000
/** Types stripped and code compiled once, not by every process of every stack: half of what a start costs. */
const compileCache = join(rootFolder, 'node_modules', '.cache', 'firebreak')
const listening = z.object({ event: z.literal('listening'), port: z.number() })

export interface ProcessesDriverOptions {
  stack: string
  ledger: Ledger
}

export function createProcessesDriver({ stack, ledger }: ProcessesDriverOptions): Driver {
  const stops: (() => Promise<void>)[] = []

  function folderOf(service: string): string {
    const folder = join(ledger.folder, service)
    mkdirSync(folder, { recursive: true, mode: 0o755 })
    return folder
  }

  async function startNode(service: string, script: string, env: Record<string, string>): Promise<Started> {
    const child = new Child({
      service,
      command: nodeBinary(),
      args: ['--disable-warning=ExperimentalWarning', join(rootFolder, script)],
      cwd: folderOf(service),
      // Nothing of the caller's environment: a service must not differ by who started it.
      env: {
        PATH: process.env.PATH ?? '',
        HOST: '127.0.0.1',
        PORT: '0',
        NODE_COMPILE_CACHE: compileCache,
        [stackVariable]: stack,
        ...env,
      },
      onSpawn: pid => ledger.recordProcess(service, pid),
    })
    stops.push(() => child.end('SIGKILL'))
    const port = await child.waitForLine('listening', portIn, startTimeoutMs)
    return { upstream: `127.0.0.1:${port}`, logs: () => child.logs() }
  }

  return {
    runtime: 'processes',
    upstreamOf: () => undefined,
    async startProxy() {
      const started = await startNode('proxy', 'harness/proxy/main.ts', {})
      return {
        apiUrl: `http://${started.upstream}`,
        listen: () => '127.0.0.1:0',
        inside: (_link, address) => address,
        outside: (_link, address) => address,
        logs: started.logs,
      }
    },
    async startPostgres(name, { user, password }) {
      const started = await startPostgresProcess({
        service: name,
        folder: folderOf(name),
        user,
        password,
        env: { [stackVariable]: stack },
        onSpawn: pid => ledger.recordProcess(name, pid, 'SIGQUIT'),
      })
      stops.push(started.stop)
      return { upstream: `127.0.0.1:${started.port}`, logs: started.logs }
    },
    startService: (name, program, env) =>
      startNode(name, `services/${program}/main.ts`, { DATA_DIR: join(folderOf(name), 'data'), ...env }),
    async stop() {
      // Together: they are killed, so no order makes it gentler.
      const results = await Promise.allSettled(stops.splice(0).map(stop => stop()))
      const errors = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
      if (errors.length > 0) throw new AggregateError(errors, 'some processes could not be ended')
    },
  }
}

function portIn(line: string): number | undefined {
  if (!line.includes('"listening"')) return undefined
  try {
    return listening.safeParse(JSON.parse(line)).data?.port
  } catch {
    return undefined
  }
}
