import type Docker from 'dockerode'
import { ensureBaseImage } from './base-images.ts'
import { ensureDatabaseImage } from './database-image.ts'
import { openEngine } from './engine.ts'
import { removeDeadCarriers } from './engine-images.ts'
import { withImageLock } from './image-lock.ts'
import { nodeImage } from './node-image.ts'
import { postgresImage } from './postgres-image.ts'
import { ensureServiceImage } from './service-image.ts'

/** Names of the images that a stack runs. */
export interface StackImages {
  /** Has Node, services/ and harness/proxy/ in its working directory. */
  services: string
  /** Makes a database of POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, and serves it. */
  database: string
}

/**
 * Makes sure that all images are on the engine. What is there is not made again: then this takes a few inspections.
 * Rejects with a HarnessError saying what to do where an image can be neither pulled nor made.
 */
export function ensureImages(docker: Docker, log: (line: string) => void): Promise<StackImages> {
  return withImageLock(async () => {
    await removeDeadCarriers(docker)
    const [services, database] = await Promise.all([
      ensureBaseImage(docker, nodeImage, log).then(name => ensureServiceImage(docker, name, log)),
      ensureBaseImage(docker, postgresImage, log).then(name => ensureDatabaseImage(docker, name, log)),
    ])
    return { services, database }
  })
}

/** The same on the engine that answers, for a caller that is about to start several stacks. */
export async function prepareImages(log: (line: string) => void): Promise<StackImages> {
  return ensureImages(await openEngine(), log)
}
