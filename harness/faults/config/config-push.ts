/**
 * A change is pushed to a configuration document, the way operators push it: through the rollout that the architecture
 * has, so that a careful one may stop it. The undo pushes what was there, as an emergency.
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { type ConfigAcknowledgement, ConfigControl, type ConfigRollout } from '../../stack/config-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'

export const configPush = defineFault({
  kind: 'config-push',
  layer: 'config',
  summary: "A change is pushed to a service's configuration",
  params: z.strictObject({
    /** Whose configuration: a role, such as `auth`, whose instances share it, or `discovery`, which all callers share. */
    service: z.string().min(1),
    /** What changes: fields of the document (a JSON merge patch, RFC 7396). */
    change: z
      .record(z.string(), z.unknown())
      .refine(change => Object.keys(change).length > 0, 'changes nothing'),
  }),
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  inject: (change, stack) => injectConfigPush(change, stack),
})

export interface ConfigPushLimits {
  /** How long to wait for the push to have come to its end, ms; what comes after is seen by the evidence all the same. */
  endLimitMs?: number
  /** How long the clients may take to take up the undo, ms. */
  undoLimitMs?: number
}

/** Pushes the change, and waits until every client has answered to it or its rollout was taken back. */
export async function injectConfigPush(
  { service, change }: { service: string; change: Record<string, unknown> },
  stack: Pick<Stack, 'control' | 'adminToken'>,
  { endLimitMs = 5_000, undoLimitMs = 10_000 }: ConfigPushLimits = {},
): Promise<Injected> {
  const config = new ConfigControl(stack)
  const before = await config.read(service)
  const { version } = await config.push(service, { change })

  async function restore(): Promise<void> {
    const restored = await config.push(service, { value: before.value, emergency: true })
    if (await config.waitForApplied(service, restored.version, undoLimitMs)) return
    throw new HarnessError(`${service} did not take its configuration back within ${undoLimitMs} ms`)
  }

  let undone: Promise<void> | undefined
  const undo = () => {
    undone ??= restore().catch(error => {
      // What failed may be tried again.
      undone = undefined
      throw error
    })
    return undone
  }

  await config.waitForEnd(service, version, endLimitMs).catch(async error => {
    // Nobody else knows of the push yet.
    await undo()
    throw error
  })
  return {
    undo,
    async evidence() {
      const [acknowledgements, rollout] = await Promise.all([
        config.acknowledgements(service),
        config.rollout(service),
      ])
      return [
        ...acknowledgements.filter(ack => ack.version === version).map(ack => acknowledged(service, ack)),
        ...(rollout.version === version ? rolledOut(service, rollout) : []),
      ]
    },
  }
}

function acknowledged(service: string, { client, status, version, reason }: ConfigAcknowledgement): Evidence {
  return {
    fault: 'config-push',
    target: service,
    witness: `acknowledgement of ${client}`,
    observed:
      status === 'applied' ? `version ${version} applied` : `version ${version} refused: ${reason ?? ''}`,
  }
}

/** A rollout that was taken back has been seen to do harm; of any other the clients are the witnesses. */
function rolledOut(service: string, { version, state, stage, stages, reason }: ConfigRollout): Evidence[] {
  if (state !== 'rolled-back') return []
  const place = stage === undefined ? '' : ` in stage ${stage} of ${stages}`
  const observed = `version ${version} rolled back${place}: ${reason ?? 'no reason given'}`
  return [{ fault: 'config-push', target: service, witness: 'rollout of config', observed }]
}

function serviceProblems(service: string, topology: Topology): string[] {
  const clients = topology.services.filter(({ calls }) => calls.includes('config'))
  const documents = [...new Set([...clients.map(({ role }) => role), 'discovery'])]
  if (documents.includes(service)) return []
  return [`no service "${service}" with a configuration; there are: ${documents.join(', ')}`]
}
