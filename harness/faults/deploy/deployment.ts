/**
 * Another version in the place of the one that a stack was started with, and the way back: what all deploy faults have
 * in common. The services are replaced as a deployment replaces them, and know nothing of it.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError, messageOf } from '../../errors.ts'
import type { ServiceStatus, ServiceVersion } from '../../stack/service-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Evidence, Injected } from '../fault.ts'

/** How long a new process may take to say what it is, ms. */
const announceLimitMs = 10_000
const lookEveryMs = 50

export type DeployStack = Pick<Stack, 'services' | 'logs'>

const announcement = z.looseObject({ event: z.literal('build'), build: z.string(), id: z.string() })
/** The rest is what the build is told. */
const commonFields = new Set(['time', 'service', 'event', 'build', 'id'])
const listening = z.object({ event: z.literal('listening'), time: z.string() })

/** What a new process said of itself. */
interface Said {
  line: z.output<typeof announcement>
  /** How long after that it listened, ms; undefined while it does not. */
  listenedAfterMs?: number
}

export interface DeploymentOptions {
  /** The fault that it is part of. */
  kind: string
  stack: DeployStack
  version: ServiceVersion & { build: string }
}

export class Deployment implements Injected {
  readonly #options: DeploymentOptions
  /** Tells what this deployment started from what others did. */
  readonly #id = randomBytes(4).toString('hex')
  /** Those that were given the version, and those of them that have not the first one again. */
  readonly #replaced = new Set<string>()
  readonly #unrestored = new Set<string>()
  /** What was seen in the logs, which keep only their last lines. */
  readonly #said = new Map<string, Said>()

  constructor(options: DeploymentOptions) {
    this.#options = options
  }

  /** Replaces an instance without asking whether the new version is any good; resolves once it is seen to run. */
  async replace(name: string): Promise<void> {
    this.#remember(name)
    await this.#services.launch(name, this.#version)
    await this.#seen(name)
  }

  /** The same for several at once. Waits for all of them: one still under way after a failure would come after its undo. */
  async replaceAll(names: readonly string[]): Promise<void> {
    const results = await Promise.allSettled(names.map(name => this.replace(name)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Replaces an instance and waits until it listens; rejects with StackError if it does not. */
  async replaceWaiting(name: string): Promise<void> {
    this.#remember(name)
    await this.#services.start(name, this.#version)
    await this.#seen(name)
  }

  /** Whether an instance still runs as it did when it was replaced. */
  async isUp(name: string): Promise<boolean> {
    return (await this.#services.status(name)).state === 'running'
  }

  async evidence(): Promise<Evidence[]> {
    const found = [...this.#replaced].map(async name => {
      this.#look(name)
      const said = this.#said.get(name)
      if (!said) return []
      const status = await this.#services.status(name)
      return this.#evidenceOf(name, said, status)
    })
    return (await Promise.all(found)).flat()
  }

  /** The first version again, everywhere at once; resolves when all of it listens. */
  async undo(): Promise<void> {
    await this.#restore(name => this.#services.start(name))
  }

  async undoHard(): Promise<void> {
    await this.#restore(async name => {
      // It may be gone already.
      await this.#services.kill(name).catch(() => {})
      await this.#services.start(name)
    })
  }

  async remains(): Promise<string[]> {
    const states = [...this.#replaced].map(async name => ({ name, ...(await this.#services.status(name)) }))
    return (await Promise.all(states))
      .filter(({ state }) => state !== 'running')
      .map(({ name, state, ended }) => `${name} is ${state}${ended === undefined ? '' : ` (${ended})`}`)
  }

  get #services() {
    return this.#options.stack.services
  }

  get #version(): ServiceVersion {
    const { version } = this.#options
    return { ...version, env: { ...version.env, BUILD_ID: this.#id } }
  }

  #remember(name: string): void {
    this.#replaced.add(name)
    this.#unrestored.add(name)
  }

  async #restore(restore: (name: string) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(
      [...this.#unrestored].map(async name => {
        await restore(name)
        this.#unrestored.delete(name)
      }),
    )
    const errors = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    if (errors.length === 0) return
    const reasons = errors.map(messageOf).join('; ')
    throw new HarnessError(`${this.#options.kind}: the first version does not run again: ${reasons}`)
  }

  /** Waits for the process's own word. That it never comes is for the evidence to tell. */
  async #seen(name: string): Promise<void> {
    for (const end = Date.now() + announceLimitMs; Date.now() < end; await sleep(lookEveryMs))
      if (this.#look(name)) return
  }

  #look(name: string): boolean {
    const lines = (this.#options.stack.logs()[name] ?? []).map(asJson)
    const at = lines.findIndex(line => announcement.safeParse(line).data?.id === this.#id)
    if (at !== -1) {
      const line = announcement.parse(lines[at])
      const next = lines.slice(at).flatMap(each => listening.safeParse(each).data ?? [])[0]
      const ms = next && Date.parse(next.time) - Date.parse(String(line.time))
      this.#said.set(name, { line, ...(ms === undefined ? {} : { listenedAfterMs: ms }) })
    }
    return this.#said.has(name)
  }

  #evidenceOf(name: string, { line, listenedAfterMs }: Said, { state, ended }: ServiceStatus): Evidence[] {
    const { build } = line
    const about = Object.entries(line)
      .filter(([field]) => !commonFields.has(field))
      .map(([field, value]) => `${field} ${value}`)
    const heard =
      listenedAfterMs === undefined ? 'was not seen to listen' : `listened after ${listenedAfterMs} ms`
    const outside = { fault: this.#options.kind, target: name }
    return [
      {
        ...outside,
        witness: `log of ${name}`,
        observed: [`build ${build}`, ...about, heard].join(', '),
      },
      { ...outside, witness: 'runtime', observed: state === 'ended' ? (ended ?? 'ended') : state },
    ]
  }
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
