/** The faults that leave a service too little of something, and how they are taken off. */
import { isDeepStrictEqual } from 'node:util'
import type { ServiceLimits } from '../../stack/service-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Injected } from '../fault.ts'
import {
  lookAtAll,
  notRunning,
  putOnOrBack,
  Starter,
  seenByRuntime,
  stateInWords,
  toAll,
} from './processes.ts'

export async function injectLimits(
  kind: string,
  names: readonly string[],
  limits: ServiceLimits,
  { services }: Pick<Stack, 'services'>,
): Promise<Injected> {
  const starter = new Starter(kind, services)
  const limited = async () => (await lookAtAll(services, names)).filter(look => look.limits !== undefined)
  const lift = () => toAll(names, `${kind} could not be lifted`, name => services.limit(name, undefined))
  const undo = async () => {
    const [lifting] = await Promise.allSettled([lift()])
    // It may have died of it. Another start has no limits, whether they could be lifted or not.
    await starter.makeRun(names)
    if (lifting.status === 'rejected' && (await limited()).length > 0) throw lifting.reason
  }
  await putOnOrBack(() => toAll(names, kind, name => services.limit(name, limits)), undo)
  return {
    undo,
    evidence: () =>
      seenByRuntime(kind, services, names, look => {
        if (!isDeepStrictEqual(look.limits, limits)) return undefined
        const limited = Object.entries(limits).map(([what, much]) => `${what} ${much}`)
        return `limited to ${limited.join(', ')}; ${stateInWords(look)}`
      }),
    async remains() {
      return [
        ...(await limited()).map(({ name }) => `${name} is limited still`),
        ...(await notRunning(services, names)),
      ]
    },
  }
}
