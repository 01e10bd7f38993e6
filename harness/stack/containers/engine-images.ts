/** What the harness does with images: look, pull, import, layer, and remove the ones that newer ones replaced. */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import type Docker from 'dockerode'
import { HarnessError } from '../../errors.ts'
import { stackLabel } from '../ledger.ts'
import { engineMessage, isConflict, isNotFound } from './engine.ts'
import { type TarEntry, tar } from './tar.ts'

/** The label on every image made here. */
export const imageLabel = 'firebreak.image'

/**
 * The label value of containers in which images are made, instead of a stack's id: one that a killed process left is
 * removed when the next image is made, and `firebreak doctor` shows it.
 */
const carrierStack = 'images'

/** How long a pull may go without any progress. */
const pullSilenceMsMax = 20_000

/** The id of an image on this engine, or undefined if it is not there. */
export async function imageId(docker: Docker, reference: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(reference).inspect()).Id
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Follows an engine's stream of progress to its end. Rejects with the error that the stream reports, if any. */
async function followed(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onProgress?: () => void,
): Promise<void> {
  const problems: string[] = []
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      error => (error === null ? resolve() : reject(error)),
      (event: { error?: string }) => {
        onProgress?.()
        if (event.error !== undefined) problems.push(event.error)
      },
    )
  })
  if (problems.length > 0) throw new HarnessError(problems.join('; '))
}

/** Tries to pull an image. Resolves to why it could not be pulled, or to undefined once it is there. */
export async function pullImage(docker: Docker, reference: string): Promise<string | undefined> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), pullSilenceMsMax)
  try {
    const stream = await docker.pull(reference, { abortSignal: silence.signal })
    await followed(docker, stream, () => timer.refresh())
    return undefined
  } catch (error) {
    return silence.signal.aborted ? `no progress within ${pullSilenceMsMax} ms` : engineMessage(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Makes an image of one layer from files. `changes` are Dockerfile instructions that only set its configuration. */
export async function importImage(
  docker: Docker,
  tag: string,
  entries: readonly TarEntry[],
  changes: readonly string[],
): Promise<void> {
  const [repo, version] = tag.split(':')
  const stream = await docker.importImage(tar(entries), {
    repo,
    tag: version,
    changes: [...changes, `LABEL ${imageLabel}=1`],
  })
  await followed(docker, stream)
}

interface Layer {
  /** Name of the image below. */
  base: string
  entries: readonly TarEntry[]
  /** A program that is run on top of that, cut off from everything, whose files become part of the image. */
  run?: { command: readonly string[]; user: string }
  /** Dockerfile instructions that only set the image's configuration. */
  changes: readonly string[]
}

/**
 * Makes an image by laying files over another one, in a container made for that. The engine's builder would do the same
 * in three times the time.
 */
export async function layerImage(docker: Docker, tag: string, layer: Layer): Promise<void> {
  const { base, entries, run, changes } = layer
  const [repo, version] = tag.split(':')
  const carrier = await docker.createContainer({
    Image: base,
    Labels: { [stackLabel]: carrierStack },
    ...(run === undefined
      ? { Cmd: ['none'] }
      : { Entrypoint: [], Cmd: [...run.command], User: run.user, HostConfig: { NetworkMode: 'none' } }),
  })
  try {
    await carrier.putArchive(tar(entries), { path: '/' })
    if (run !== undefined) await runToEnd(carrier, run.command)
    await carrier.commit({
      repo,
      tag: version,
      // The carrier's own configuration would otherwise pass on to the image.
      changes: [...changes, `LABEL ${imageLabel}=1 ${stackLabel}=`].join('\n'),
    })
  } finally {
    await removeContainer(carrier)
  }
}

async function runToEnd(carrier: Docker.Container, command: readonly string[]): Promise<void> {
  await carrier.start()
  const { StatusCode } = (await carrier.wait()) as { StatusCode: number }
  if (StatusCode === 0) return
  const said = (await carrier.logs({ stdout: true, stderr: true, tail: 20 })).toString()
  throw new HarnessError(
    `${command[0]} ended with exit code ${StatusCode} in an image in the making: ${said}`,
  )
}

/** Making an image takes seconds; a carrier of this age belongs to nobody, ms. */
const carrierAgeMsMax = 120_000

/** Removes what a process that was killed while making an image has left. Another may be making one right now. */
export async function removeDeadCarriers(docker: Docker): Promise<void> {
  const filters = { label: [`${stackLabel}=${carrierStack}`] }
  const carriers = await docker.listContainers({ all: true, filters })
  const dead = carriers.filter(({ Created }) => Date.now() - Created * 1_000 > carrierAgeMsMax)
  await Promise.all(dead.map(({ Id }) => removeContainer(docker.getContainer(Id))))
}

/** One that is gone already, or being removed by somebody else, is as good as removed. */
async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({ force: true }).catch((error: unknown) => {
    if (!isNotFound(error) && !isConflict(error)) throw error
  })
}

/** Removes the images of a repository except the newest `keep`. Images that a container uses stay. */
export async function removeOldImages(docker: Docker, repository: string, keep: number): Promise<void> {
  const images = await docker.listImages({ filters: { reference: [repository], label: [`${imageLabel}=1`] } })
  const old = images.toSorted((a, b) => b.Created - a.Created).slice(keep)
  for (const image of old) {
    for (const tag of image.RepoTags ?? []) {
      // In use, or removed by somebody else just now: both leave nothing to do.
      await docker
        .getImage(tag)
        .remove()
        .catch(() => undefined)
    }
  }
}

/**
 * A short hash of an image's content, without reading large files: these count by size and time of change.
 * `recipe` is anything else that the image depends on.
 */
export function hashOf(entries: readonly TarEntry[], recipe: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of recipe) hash.update(`${text}\0`)
  for (const entry of entries) {
    hash.update(`${entry.path}\0${entry.mode}\0`)
    if ('content' in entry) hash.update(entry.content).update('\0')
    if ('file' in entry) {
      const { size, mtimeMs } = statSync(entry.file)
      hash.update(`${size}\0${mtimeMs}\0`)
    }
  }
  return hash.digest('hex').slice(0, 12)
}
