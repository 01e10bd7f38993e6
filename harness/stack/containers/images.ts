import type Docker from 'dockerode'
import { ensureBaseImage } from './base-images.ts'
import { databaseImage } from './database-image.ts'
import { openEngine } from './engine.ts'
import { withImageLock } from './image-lock.ts'
import { nodeImage } from './node-image.ts'
import { ensureServiceImage } from './service-image.ts'

/** Names of the images that a stack runs. */
export interface StackImages {
  /** Has Node, services/ and harness/proxy/ in its working directory. */
  services: string
  database: string
  /**
   * How often the database says that it accepts connections until it does: the official image first runs a server
   * that only it can reach, to set up the user and the database.
   */
  databaseReadyLines: number
}

/**
 * Makes sure that all images are on the engine. What is there is not made again: then this takes a few inspections.
 * Rejects with a HarnessError saying what to do where an image can be neither pulled nor made.
 */
export function ensureImages(docker: Docker, log: (line: string) => void): Promise<StackImages> {
  return withImageLock(async () => {
    const [services, database] = await Promise.all([
      ensureBaseImage(docker, nodeImage, log).then(({ name }) => ensureServiceImage(docker, name, log)),
      ensureBaseImage(docker, databaseImage, log),
    ])
    return { services, database: database.name, databaseReadyLines: database.official ? 2 : 1 }
  })
}

/** The same on the engine that answers, for a caller that is about to start several stacks. */
export async function prepareImages(log: (line: string) => void): Promise<StackImages> {
  return ensureImages(await openEngine(), log)
}
