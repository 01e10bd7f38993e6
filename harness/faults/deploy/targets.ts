/** Whom a deployment is for, and what becomes of one that fails half-way. */
import { messageOf } from '../../errors.ts'
import type { Topology } from '../../stack/topology.ts'
import { serviceProblems, servicesNamed } from '../services.ts'
import type { Deployment } from './deployment.ts'

/** What is wrong with a service pattern: nobody is named by it, or one that is no program of the project's. */
export function deployProblems(pattern: string, topology: Topology): string[] {
  const problems = serviceProblems(pattern, topology)
  if (problems.length > 0) return problems
  const named = servicesNamed(pattern, topology)
  const databases = topology.services.filter(
    ({ name, program }) => program === 'postgres' && named.includes(name),
  )
  return databases.map(
    ({ name }) => `${name} is a database, of which there is no other build; name a service`,
  )
}

/** The instances that a deployment reaches, in its order; `one` is the first. */
export function instancesOf(
  pattern: string,
  instances: 'all' | 'one',
  topology: Pick<Topology, 'services' | 'cells'>,
): string[] {
  const named = servicesNamed(pattern, topology)
  return instances === 'one' ? named.slice(0, 1) : [...named]
}

export function instanceHolds(pattern: string, instances: 'all' | 'one', topology: Topology): string[] {
  return instancesOf(pattern, instances, topology).map(name => `instance:${name}`)
}

/** Deploys; if that rejects, nobody else knows of it yet, so it is taken back here. */
export async function undoneOnFailure(
  deployment: Deployment,
  deploy: () => Promise<void>,
): Promise<Deployment> {
  try {
    await deploy()
    return deployment
  } catch (error) {
    await deployment.undo().catch(second => {
      throw new AggregateError([error, second], `${messageOf(error)}; ${messageOf(second)}`)
    })
    throw error
  }
}
