/** A tiny HTTP program in a process of its own, with a build loaded before it. */
import { fileURLToPath } from 'node:url'
import { nodeBinary } from '../../../harness/stack/node-binary.ts'
import { Child } from '../../../harness/stack/processes/child.ts'

const program = `
import { createServer } from 'node:http'
const server = createServer((request, response) => setTimeout(() => response.end(String(process.memoryUsage().rss)), 20))
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ event: 'listening', port: server.address().port })))
`

export function startBuild(build: string, env: Record<string, string> = {}) {
  const file = new URL(`../../../harness/builds/${build}.ts`, import.meta.url)
  const child = new Child({
    service: build,
    command: nodeBinary(),
    args: [
      '--disable-warning=ExperimentalWarning',
      `--import=${fileURLToPath(file)}`,
      '--input-type=module',
      '--eval',
      program,
    ],
    env: { PATH: process.env.PATH ?? '', NAME: 'auth-1', BUILD_ID: 'this-one', ...env },
  })
  return {
    child,
    /** What it said that fits the event. */
    said: (event: string) =>
      child
        .logs()
        .map(read)
        .filter(line => line.event === event),
    /** Its address, once it listens. */
    async listening(): Promise<string> {
      const port = await child.waitForLine('listening', line => read(line).port as number | undefined, 20_000)
      return `http://127.0.0.1:${port}`
    },
    [Symbol.asyncDispose]: () => child.end('SIGKILL'),
  }
}

function read(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return {}
  }
}
