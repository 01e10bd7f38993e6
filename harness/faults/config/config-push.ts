/**
 * A change is pushed to a configuration document, the way operators push it: through the rollout that the architecture
 * has, so that a careful one may stop it. The undo pushes what was there, as an emergency.
 */
import { z } from 'zod'
import { defineFault, type Injected } from '../fault.ts'
import { documentHold, documentOwner, documentProblems } from './document.ts'
import { type ConfigPushLimits, type ConfigStack, injectPush } from './pushed-document.ts'

/** What changes: fields of the document (a JSON merge patch, RFC 7396). */
export const documentChange = z
  .record(z.string(), z.unknown())
  .refine(change => Object.keys(change).length > 0, 'changes nothing')

export const configPush = defineFault({
  kind: 'config-push',
  layer: 'config',
  summary: "A change is pushed to a service's configuration",
  params: z.strictObject({ service: documentOwner, change: documentChange }),
  target: ({ service }) => service,
  problems: ({ service }, topology) => documentProblems(service, topology),
  holds: ({ service }) => [documentHold(service)],
  inject: (given, stack) => injectConfigPush(given, stack),
})

/** Pushes the change, and waits until every client has answered to it or its rollout was taken back. */
export function injectConfigPush(
  { service, change }: { service: string; change: Record<string, unknown> },
  stack: ConfigStack,
  limits: ConfigPushLimits = {},
): Promise<Injected> {
  return injectPush({ kind: 'config-push', document: service, body: () => ({ change }) }, stack, limits)
}
