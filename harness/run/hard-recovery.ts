/** The way back where the ordinary one fails: what is broken is replaced instead of mended. */
import { HarnessError, messageOf } from '../errors.ts'
import type { Stack } from '../stack/stack.ts'

const instanceHold = 'instance:'

/** Starts the services anew that a fault holds, and replaces the fault proxy. Tries all; rejects with HarnessError. */
export async function recoverHard(
  stack: Pick<Stack, 'services' | 'proxy' | 'replaceProxy'>,
  holds: readonly string[],
): Promise<void> {
  const names = holds
    .filter(hold => hold.startsWith(instanceHold))
    .map(hold => hold.slice(instanceHold.length))
  const steps = [...names.map(name => () => startAnew(stack, name)), () => cleanProxy(stack)]
  const errors: unknown[] = []
  for (const step of steps) await step().catch(error => errors.push(error))
  if (errors.length > 0)
    throw new HarnessError(errors.map(messageOf).join('; '), { cause: new AggregateError(errors) })
}

/** As after a crash: one that hangs does not end when it is asked to. */
export async function startAnew({ services }: Pick<Stack, 'services'>, name: string): Promise<void> {
  await services.kill(name).catch(() => {})
  await services.start(name)
}

/** Another fault proxy, or where a stack cannot have one, the same without toxics and with every link up. */
export async function cleanProxy({
  proxy,
  replaceProxy,
}: Pick<Stack, 'proxy' | 'replaceProxy'>): Promise<void> {
  await (replaceProxy ? replaceProxy() : proxy.reset())
}
