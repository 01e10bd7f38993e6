/** What the tests of the containers runtime share. They need a container engine, and say so loudly where there is none. */
import { randomBytes } from 'node:crypto'
import { describe } from 'vitest'
import { createContainersDriver } from '../../harness/stack/containers/driver.ts'
import { findEngine, openEngine } from '../../harness/stack/containers/engine.ts'
import type { RealRuntime } from '../../harness/stack/driver.ts'
import { Ledger } from '../../harness/stack/ledger.ts'
import { isFull } from './breadth.ts'

const engine = await findEngine()
if (!engine.ok) {
  if (process.env.FIREBREAK_REQUIRE_ENGINE === '1') {
    throw new Error(`FIREBREAK_REQUIRE_ENGINE=1, but ${engine.why}`)
  }
  console.warn(`SKIPPED: everything that needs a container engine, because ${engine.why}`)
}

/** `describe` where an engine answers. */
export const describeWithEngine = describe.skipIf(!engine.ok)

/**
 * The same tests on every runtime, on containers where an engine answers. `containers`: whether they are worth their time
 * there in every run of the tests, or only in a full one.
 */
export function describeOnRuntimes(
  tests: (runtime: RealRuntime) => void,
  { containers = 'always' }: { containers?: 'always' | 'in-full' } = {},
): void {
  describe('on processes', () => tests('processes'))
  if (containers === 'always' || isFull) describeWithEngine('on containers', () => tests('containers'))
}

/** A driver with a ledger of its own; disposing of it stops the stack and removes the ledger. */
export async function openDriver() {
  const stack = `test-${randomBytes(4).toString('hex')}`
  const ledger = Ledger.open(stack, 'containers')
  const driver = await createContainersDriver({ stack, ledger, log: () => {} })
  return {
    stack,
    ledger,
    driver,
    async [Symbol.asyncDispose]() {
      await driver.stop()
      ledger.remove()
    },
  }
}

/** Environment with which the config service starts; it calls nobody, so it can stand for any service. */
export function configEnvironment(name: string): Record<string, string> {
  return {
    NAME: name,
    ROLE: 'config',
    ADMIN_TOKEN: 'a'.repeat(24),
    MITIGATIONS: '',
    DOCUMENTS: '{"colour":"green"}',
  }
}

/** Runs a script with Node in a running container of a stack; resolves to what it writes. */
export async function runInside(stack: string, service: string, script: string): Promise<string> {
  const docker = await openEngine()
  const exec = await docker.getContainer(`firebreak-${stack}-${service}`).exec({
    Cmd: ['node', '--input-type=module', '--eval', script],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  })
  const stream = await exec.start({ Tty: true })
  let output = ''
  for await (const chunk of stream) output += String(chunk)
  return output.trim()
}

/** What the engine shows of all containers of a stack. */
export async function inspectAll(stack: string) {
  const docker = await openEngine()
  const filters = { label: [`firebreak.stack=${stack}`] }
  const containers = await docker.listContainers({ all: true, filters })
  return Promise.all(containers.map(({ Id }) => docker.getContainer(Id).inspect()))
}
