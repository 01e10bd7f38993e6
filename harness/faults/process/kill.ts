/**
 * A service dies at once and stays dead, as when its machine goes or nobody is there to start it again. On processes its
 * callers are refused; on containers its address is gone with it, and they hang. What it has on disk stays.
 */
import { z } from 'zod'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import {
  notRunning,
  processTarget,
  putOnOrBack,
  Starter,
  seenByRuntime,
  stateInWords,
  toAll,
} from './processes.ts'

export const kill = defineFault({
  kind: 'kill',
  layer: 'process',
  summary: 'A service dies and stays dead',
  params: z.strictObject(processTarget),
  connections: 'cut',
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  async inject(given, { services, topology }) {
    const names = instancesOf(given.service, given.instances, topology)
    const starter = new Starter('kill', services)
    const undo = () => starter.makeRun(names)
    await putOnOrBack(() => toAll(names, 'kill', name => services.kill(name)), undo)
    return {
      undo,
      evidence: () =>
        seenByRuntime('kill', services, names, look =>
          look.state === 'ended' ? stateInWords(look) : undefined,
        ),
      remains: () => notRunning(services, names),
    }
  },
})
