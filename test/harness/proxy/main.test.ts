import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startEchoServer } from './support.ts'

/** Runs the program with nothing but this environment and these arguments. */
function run(env: Record<string, string>, args: readonly string[] = []) {
  const main = new URL('../../../harness/proxy/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', data => {
    output.stdout += data
  })
  child.stderr.on('data', data => {
    output.stderr += data
  })
  return { child, output, exit: once(child, 'close') as Promise<[number | null, string | null]> }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it listens, in one line, and stops on %s',
  async signal => {
    const { child, output, exit } = run({ PORT: '0' })
    await expect.poll(() => output.stdout, { timeout: 10_000 }).toContain('\n')
    const { event, port } = JSON.parse(output.stdout)
    expect(event).toBe('listening')
    const response = await fetch(`http://127.0.0.1:${port}/version`)
    expect(await response.json()).toEqual({ version: '2.12.0' })
    child.kill(signal)
    expect(await exit).toEqual([0, null])
    expect(output.stdout.split('\n')).toHaveLength(2)
  },
)

test('exits with 1 if its port is taken', async () => {
  await using taken = await startEchoServer()
  const { output, exit } = run({ HOST: '127.0.0.1', PORT: String(taken.port) })
  expect(await exit).toEqual([1, null])
  expect(output.stderr).toContain(`cannot listen on 127.0.0.1:${taken.port}`)
  expect(output.stdout).toBe('')
})

test('exits with 1 if its port is no port', async () => {
  const { output, exit } = run({ PORT: 'http' })
  expect(await exit).toEqual([1, null])
  expect(output.stderr).toContain('PORT must be a number from 0 to 65535, not "http"')
})

test.each([
  ['no wish', {}, [], 404],
  ['PROXY_METRICS', { PROXY_METRICS: '1' }, [], 200],
  ["Toxiproxy's flag", {}, ['-proxy-metrics'], 200],
])('has metrics or not: %s', async (_, env, args, status) => {
  const { child, output, exit } = run({ PORT: '0', ...env }, args)
  await expect.poll(() => output.stdout, { timeout: 10_000 }).toContain('\n')
  expect((await fetch(`http://127.0.0.1:${JSON.parse(output.stdout).port}/metrics`)).status).toBe(status)
  child.kill('SIGTERM')
  await exit
})
