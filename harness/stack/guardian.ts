import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { nodeBinary, rootFolder } from './node-binary.ts'

/** Starts the watchdog of a stack. Call the function it gives once nothing is left to watch. */
export function startWatchdog(stack: string): () => Promise<void> {
  const child = spawn(
    nodeBinary(),
    ['--disable-warning=ExperimentalWarning', join(rootFolder, 'harness/stack/watchdog.ts'), stack],
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
  return async () => {
    // Waited for, so it has to keep this process from ending now.
    child.ref()
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    pipe.end('done\n')
    await exited
  }
}

/** How the engine is found, for the clean-up of containers. */
function engineEnv(): Record<string, string> {
  const names = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'HOME', 'XDG_RUNTIME_DIR', 'TMPDIR']
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}
