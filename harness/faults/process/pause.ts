/**
 * A service stops in its tracks, as one does whose machine hangs or whose memory is being collected: it keeps its
 * connections, new ones can still be opened, and nobody is answered. It goes on where it was.
 */
import { z } from 'zod'
import { instanceHolds, instancesOf } from '../deploy/targets.ts'
import { defineFault } from '../fault.ts'
import { serviceProblems } from '../services.ts'
import { notRunning, processTarget, putOnOrBack, Starter, seenByRuntime, toAll } from './processes.ts'

export const pause = defineFault({
  kind: 'pause',
  layer: 'process',
  summary: 'A service stops in its tracks, and keeps its connections',
  params: z.strictObject(processTarget),
  target: ({ service }) => service,
  problems: ({ service }, topology) => serviceProblems(service, topology),
  holds: ({ service, instances }, topology) => instanceHolds(service, instances, topology),
  async inject(given, { services, topology }) {
    const names = instancesOf(given.service, given.instances, topology)
    // One that died meanwhile is started.
    const starter = new Starter('pause', services)
    const undo = () => starter.makeRun(names)
    await putOnOrBack(() => toAll(names, 'pause', name => services.pause(name)), undo)
    return {
      undo,
      evidence: () =>
        seenByRuntime('pause', services, names, ({ state }) => (state === 'paused' ? 'paused' : undefined)),
      remains: () => notRunning(services, names),
    }
  },
})
