/** The services of a stack whose mitigations have been switched: who starts one anew gets it as it is now, not as it was at first. */
import type { ServiceControl, ServiceVersion } from '../stack/service-control.ts'
import type { Topology } from '../stack/topology.ts'

/** Programs that read MITIGATIONS. */
const readers = new Set(['auth', 'app', 'edge', 'config'])

/** The instances that mitigations concern. The control group has none. */
export function switchable({ services }: Topology): string[] {
  return services
    .filter(({ program, role }) => readers.has(program) && !role.startsWith('rival'))
    .map(({ name }) => name)
}

/** `mitigations` is asked at each start. A version that has its own keeps them. */
export function switchedServices(
  services: ServiceControl,
  names: readonly string[],
  mitigations: () => Iterable<string>,
): ServiceControl {
  const concerned = new Set(names)
  const asNow = (name: string, version: ServiceVersion = {}): ServiceVersion =>
    concerned.has(name)
      ? { ...version, env: { MITIGATIONS: [...mitigations()].join(','), ...version.env } }
      : version
  return {
    names: services.names,
    status: name => services.status(name),
    kill: name => services.kill(name),
    pause: name => services.pause(name),
    resume: name => services.resume(name),
    start: (name, version) => services.start(name, asNow(name, version)),
    launch: (name, version) => services.launch(name, asNow(name, version)),
    limit: (name, limits) => services.limit(name, limits),
    isolate: name => services.isolate(name),
    rejoin: name => services.rejoin(name),
  }
}
