/**
 * What users define of their own: the apps of `apps.ts` and the architectures of `architectures.ts` in a folder of
 * scenarios, and those of a project's configuration.
 */
import { type Project, projectAround } from '../project.ts'
import { defineApps, isOwnApp } from './apps.ts'
import { type Architecture, architectures, defineArchitectures, knownArchitectures } from './architectures.ts'
import { type OwnList, ownList } from './own-list.ts'
import { parts, withParts } from './stack-parts.ts'
import { withReplicas } from './stack-replica.ts'
import { cellularFamily, family, harness, internet } from './topology.ts'

/**
 * Makes known what a folder defines (without a folder: what the project around here and this one define), and gives all
 * architectures there are then. Rejects with UsageError, naming the file, where it cannot be read or defines something
 * else, and where two have one name.
 */
export async function loadOwn(folder?: string): Promise<readonly Architecture[]> {
  const project = folder === undefined ? await projectAround() : undefined
  const from = { folder, project }
  await loadApps(from)
  const found = await ownList(ownArchitectures, from)
  defineArchitectures([...found, ...(project?.architectures ?? [])])
  return knownArchitectures()
}

/** Apps first: every topology, crowd and scenario is made with them. */
async function loadApps(from: { folder: string | undefined; project: Project | undefined }): Promise<void> {
  const example = "app('name', { surfaces: ['web'] })"
  const found = await ownList({ name: 'apps', isOne: isOwnApp, example }, from)
  defineApps([...found, ...(from.project?.apps ?? [])], serviceNames())
}

const ownArchitectures: OwnList<Architecture> = {
  name: 'architectures',
  isOne: (each): each is Architecture =>
    typeof (each as Architecture | null)?.name === 'string' &&
    Array.isArray((each as Architecture).mitigations) &&
    architectures.some(({ name }) => name === (each as Architecture).base),
  example: "architecture('name', { base: 'hardened', without: ['…'] })",
}

/** What the services of any stack are called, and what else stands at the end of a link. */
export function serviceNames(): Set<string> {
  const services = [family, cellularFamily].flatMap(each => withReplicas(withParts(each, parts)).services)
  return new Set([
    ...services.flatMap(({ name, role }) => [name, role]),
    ...[internet, harness, 'discovery', 'proxy'],
  ])
}
