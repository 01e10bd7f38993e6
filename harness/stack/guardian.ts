import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Ledger } from './ledger.ts'
import { nodeBinary, programFile } from './node-binary.ts'

/** Starts the watchdog of a stack. Call the function it gives once nothing is left to watch. */
export function startWatchdog({ stack, folder }: Ledger): () => Promise<void> {
  const child = spawn(
    nodeBinary(),
    ['--disable-warning=ExperimentalWarning', programFile('harness/stack/watchdog'), stack, folder],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env.PATH ?? '', ...engineEnv() },
      cwd: '/',
    },
  )
  // Neither the process nor its pipe may keep a finished harness from ending.
  child.unref()
  const pipe = child.stdin
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  pipe.on('error', () => {})
  // A machine that starts no more processes will say so when the first service is to start.
  child.on('error', () => {})
  return async () => {
    // Waited for, so it has to keep this process from ending now.
    child.ref()
    const runs = child.pid !== undefined && child.exitCode === null && child.signalCode === null
    const exited = runs ? once(child, 'exit') : undefined
    pipe.end('done\n')
    await exited
  }
}

/** How the engine is found, for the clean-up of containers. */
function engineEnv(): Record<string, string> {
  const names = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'HOME', 'XDG_RUNTIME_DIR', 'TMPDIR']
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}
