/** A change is pushed to a service's configuration document, the way operators push it. The undo pushes what was there. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { ConfigControl } from '../stack/config-control.ts'
import type { Stack } from '../stack/stack.ts'
import type { Topology } from '../stack/topology.ts'
import { defineFault, type Evidence } from './fault.ts'

/** How long a service may take to take up the undo, ms. */
const undoTimeoutMs = 10_000

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
  async inject({ service, change }, stack: Stack) {
    const config = new ConfigControl(stack)
    const before = await config.read(service)
    const { version } = await config.push(service, { change })
    let undone: Promise<void> | undefined
    return {
      async evidence(): Promise<Evidence[]> {
        const acknowledgements = (await config.acknowledgements(service)).filter(
          ack => ack.version >= version,
        )
        return acknowledgements.map(({ client, status, version: seen, reason }) => ({
          fault: 'config-push',
          target: service,
          witness: `acknowledgement of ${client}`,
          observed:
            status === 'applied' ? `version ${seen} applied` : `version ${seen} refused: ${reason ?? ''}`,
        }))
      },
      undo() {
        undone ??= (async () => {
          const restored = await config.push(service, { value: before.value })
          const applied = await config.waitForApplied(service, restored.version, undoTimeoutMs)
          if (!applied) {
            throw new HarnessError(
              `${service} did not take its configuration back within ${undoTimeoutMs} ms`,
            )
          }
        })()
        return undone
      },
    }
  },
})

function serviceProblems(service: string, topology: Topology): string[] {
  const configurable = topology.services
    .filter(({ calls }) => calls.config !== undefined)
    .map(({ name }) => name)
  if (configurable.includes(service)) return []
  return [`no service "${service}" with a configuration; there are: ${configurable.join(', ')}`]
}
