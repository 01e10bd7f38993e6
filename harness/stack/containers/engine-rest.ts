/**
 * Whether the engine is at rest with a stack's containers. An engine that puts one container on a network while it
 * takes another off it can lose count of them, and then keeps the network until it is restarted. Who removes a stack
 * whose starter is dead has nobody to ask what is still being started, so the engine is watched.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'

/** As long as an engine that is busy may take to begin with a start that it was asked for. */
const pauseMs = 500

/** The part of the engine's client that is used. */
export interface EngineView {
  listContainers(options: {
    all: true
    filters: { label: string[] }
  }): Promise<Pick<Docker.ContainerInfo, 'Id' | 'State'>[]>
  getContainer(id: string): { inspect(): Promise<unknown> }
}

/**
 * Waits until no container with the label is being started, at most `limitMs`; whether that came to be. Where none is
 * in the state before its start, that is at once.
 */
export async function engineRests(engine: EngineView, label: string, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  let before: string | undefined
  for (;;) {
    const containers = await engine.listContainers({ all: true, filters: { label: [label] } })
    const created = containers.filter(({ State }) => State === 'created')
    const now = created
      .map(({ Id }) => Id)
      .toSorted()
      .join()
    if (now === '' || now === before) return true
    const restMs = deadline - performance.now()
    if (restMs <= 0) return false
    before = now
    await within(restMs, startsEnd(engine, created))
    await sleep(Math.min(pauseMs, restMs))
  }
}

/** The engine tells nothing of a container while it starts it, so being told means that no start is under way. */
async function startsEnd(engine: EngineView, containers: readonly { Id: string }[]): Promise<void> {
  await Promise.allSettled(containers.map(({ Id }) => engine.getContainer(Id).inspect()))
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, limitMs)
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}
