/**
 * Images that come from a registry where one answers, and are otherwise assembled from programs of this machine and
 * the shared libraries that they need.
 */
import type Docker from 'dockerode'
import { HarnessError, messageOf } from '../../errors.ts'
import { hashOf, imageId, importImage, pullImage, removeOldImages } from './engine-images.ts'
import type { TarEntry } from './tar.ts'

export interface BaseImage {
  /** What is wanted: name and tag of the official image. */
  official: string
  /** Name of the one that is assembled instead, without the tag. */
  repository: string
  /** What that one is made of. Called on Linux only; may reject with the reason why it cannot be made here. */
  assemble(): Promise<Assembly>
}

export interface Assembly {
  version: string
  /** Where its programs come from, for people. */
  source: string
  entries: readonly TarEntry[]
  /** Dockerfile instructions that only set the image's configuration. */
  changes: readonly string[]
}

/** What assembled images hold besides programs. The user `postgres` has the number that Alpine gives it. */
export const commonEntries: readonly TarEntry[] = [
  {
    path: 'etc/passwd',
    mode: 0o644,
    content: [
      'root:x:0:0:root:/:/bin/sh',
      'postgres:x:70:70:postgres:/var/lib/postgresql:/bin/sh',
      'nobody:x:65534:65534:nobody:/:/bin/sh',
      '',
    ].join('\n'),
  },
  { path: 'etc/group', mode: 0o644, content: 'root:x:0:\npostgres:x:70:\nnobody:x:65534:\n' },
  { path: 'etc/nsswitch.conf', mode: 0o644, content: 'hosts: files dns\n' },
  { path: 'tmp', mode: 0o1777, directory: true },
]

/** Puts files of this machine at the same place in an image. */
export function samePlace(paths: readonly string[]): TarEntry[] {
  return paths.map(file => ({ path: file.slice(1), mode: 0o755, file }))
}

/** Why or of what the replacement can be made; never rejects. */
async function planFor(base: BaseImage): Promise<(Assembly & { tag: string }) | { why: string }> {
  if (process.platform !== 'linux') return { why: `that needs Linux, and this is ${process.platform}` }
  try {
    const assembly = await base.assemble()
    const hash = hashOf(assembly.entries, assembly.changes)
    return { ...assembly, tag: `${base.repository}:${assembly.version}-${hash}` }
  } catch (error) {
    return { why: messageOf(error) }
  }
}

/**
 * Makes sure that a base image is on the engine; resolves to the name of the one to use, the official one if it is
 * there or can be pulled. Rejects with a HarnessError saying what to do if neither way works.
 */
export async function ensureBaseImage(
  docker: Docker,
  base: BaseImage,
  log: (line: string) => void,
): Promise<string> {
  const { official } = base
  if ((await imageId(docker, official)) !== undefined) return official
  const plan = await planFor(base)
  // Looked for before pulling, so that a machine without a registry waits for one only once.
  if ('tag' in plan && (await imageId(docker, plan.tag)) !== undefined) {
    return plan.tag
  }
  const refusal = await pullImage(docker, official)
  if (refusal === undefined) return official
  if ('why' in plan) {
    throw new HarnessError(
      `${official} cannot be pulled (${refusal}), nor a replacement be assembled (${plan.why}): run \`docker pull ${official}\` where a registry answers`,
    )
  }
  log(`${official} cannot be pulled (${refusal}): assembling ${plan.tag} from ${plan.source}`)
  await importImage(docker, plan.tag, plan.entries, plan.changes)
  await removeOldImages(docker, base.repository, 2)
  return plan.tag
}
