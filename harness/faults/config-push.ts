/** A change is pushed to a service's configuration document, the way operators push it. The undo pushes what was there. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { type ConfigAcknowledgement, ConfigControl } from '../stack/config-control.ts'
import type { Stack } from '../stack/stack.ts'
import type { Topology } from '../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from './fault.ts'

export const configPush = defineFault({
  kind: 'config-push',
  layer: 'config',
  summary: "A change is pushed to a service's configuration",
  params: z.strictObject({
    /** Whose configuration. */
    service: z.string().min(1),
    /** What changes: fields of the document (a JSON merge patch, RFC 7396). */
    change: z
      .record(z.string(), z.unknown())
      .refine(change => Object.keys(change).length > 0, 'changes nothing'),
  }),
  connections: 'kept',
  runtimes: ['containers', 'processes'],
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  inject: (change, stack) => injectConfigPush(change, stack),
})

/** Pushes the change. `undoLimitMs`: how long the service may take to take up the undo. */
export async function injectConfigPush(
  { service, change }: { service: string; change: Record<string, unknown> },
  stack: Pick<Stack, 'control' | 'adminToken'>,
  { undoLimitMs = 10_000 } = {},
): Promise<Injected> {
  const config = new ConfigControl(stack)
  const before = await config.read(service)
  const { version } = await config.push(service, { change })

  async function restore(): Promise<void> {
    const restored = await config.push(service, { value: before.value })
    if (await config.waitForApplied(service, restored.version, undoLimitMs)) return
    throw new HarnessError(`${service} did not take its configuration back within ${undoLimitMs} ms`)
  }

  let undone: Promise<void> | undefined
  return {
    async evidence() {
      const acknowledgements = await config.acknowledgements(service)
      return acknowledgements.filter(ack => ack.version >= version).map(ack => evidenceOf(service, ack))
    },
    undo() {
      undone ??= restore().catch(error => {
        // What failed may be tried again.
        undone = undefined
        throw error
      })
      return undone
    },
  }
}

function evidenceOf(service: string, acknowledgement: ConfigAcknowledgement): Evidence {
  const { client, status, version, reason } = acknowledgement
  return {
    fault: 'config-push',
    target: service,
    witness: `acknowledgement of ${client}`,
    observed:
      status === 'applied' ? `version ${version} applied` : `version ${version} refused: ${reason ?? ''}`,
  }
}

function serviceProblems(service: string, topology: Topology): string[] {
  const configurable = topology.services
    .filter(({ calls }) => calls.config !== undefined)
    .map(({ name }) => name)
  if (configurable.includes(service)) return []
  return [`no service "${service}" with a configuration; there are: ${configurable.join(', ')}`]
}
