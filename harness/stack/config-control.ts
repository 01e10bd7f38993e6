/** The harness as an operator of the config service, over a link that no fault may touch. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import type { Stack } from './stack.ts'

const documentSchema = z.object({ version: z.number(), value: z.unknown() })
const pushedSchema = z.object({ version: z.number() })
const acknowledgementSchema = z.object({
  client: z.string(),
  version: z.number(),
  status: z.enum(['applied', 'refused']),
  reason: z.string().optional(),
})
const acknowledgementsSchema = z.object({ acknowledgements: z.array(acknowledgementSchema) })
/** What a client said of a version; each client's in the order in which it said it. */
export type ConfigAcknowledgement = z.output<typeof acknowledgementSchema>

const rolloutSchema = z.object({
  /** The version that was rolled out last. */
  version: z.number(),
  state: z.enum(['none', 'baking', 'promoted', 'rolled-back']),
  stage: z.number().optional(),
  stages: z.number().optional(),
  reason: z.string().optional(),
})
export type ConfigRollout = z.output<typeof rolloutSchema>

/** What is pushed; an emergency goes to everybody at once, whatever else is under way. */
export type ConfigPush = ({ value: unknown } | { change: unknown }) & { emergency?: true }

/** Why the config service does not take a push: 409 another rollout is under way, 413 too large, 423 frozen. */
export interface ConfigRefusal {
  status: number
  text: string
}

const askEveryMs = 50
const refusalStatuses: ReadonlySet<number> = new Set([409, 413, 423])

export class ConfigControl {
  readonly #base: string
  readonly #token: string

  constructor(stack: Pick<Stack, 'control' | 'adminToken'>) {
    this.#base = stack.control.config ?? ''
    this.#token = stack.adminToken
  }

  read(document: string): Promise<z.output<typeof documentSchema>> {
    return this.#ask(documentSchema, `/documents/${document}`)
  }

  push(document: string, body: ConfigPush): Promise<{ version: number }> {
    return this.#ask(pushedSchema, `/documents/${document}`, body)
  }

  /** As `push`, where the config service itself may well say no: too large, or another rollout is under way. */
  async offer(document: string, body: ConfigPush): Promise<{ version: number } | { refused: ConfigRefusal }> {
    const { status, text } = await this.#send(`/documents/${document}`, body)
    if (status === 201) return pushedSchema.parse(JSON.parse(text))
    if (refusalStatuses.has(status)) return { refused: { status, text: text.slice(0, 200) } }
    throw unexpected(status, `/documents/${document}`, text)
  }

  async acknowledgements(document: string): Promise<ConfigAcknowledgement[]> {
    return (await this.#ask(acknowledgementsSchema, `/documents/${document}/acknowledgements`))
      .acknowledgements
  }

  rollout(document: string): Promise<ConfigRollout> {
    return this.#ask(rolloutSchema, `/documents/${document}/rollout`)
  }

  /** Waits until every client of a document runs a version. False if one does not within the limit. */
  waitForApplied(document: string, version: number, limitMs: number): Promise<boolean> {
    return until(limitMs, async () => isEverywhere(await this.acknowledgements(document), version))
  }

  /**
   * Waits until nothing more comes of a push by itself: every client has taken the version up or refused it, or its
   * rollout was taken back. False if that is not so within the limit.
   */
  waitForEnd(document: string, version: number, limitMs: number): Promise<boolean> {
    return until(limitMs, async () => {
      const rollout = await this.rollout(document)
      if (rollout.version > version || (rollout.version === version && rollout.state === 'rolled-back'))
        return true
      const baking = rollout.version === version && rollout.state === 'baking'
      return !baking && isAnswered(await this.acknowledgements(document), version)
    })
  }

  async #ask<T>(schema: z.ZodType<T>, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.#send(path, body)
    if (status >= 300) throw unexpected(status, path, text)
    return schema.parse(JSON.parse(text))
  }

  async #send(path: string, body: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.#base}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
}

function unexpected(status: number, path: string, text: string): HarnessError {
  return new HarnessError(`config answered ${status} to ${path}: ${text.slice(0, 200)}`)
}

async function until(limitMs: number, isSo: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + limitMs; Date.now() < end; await sleep(askEveryMs))
    if (await isSo()) return true
  return false
}

/** Whether the last word of every client is that it runs this version. */
function isEverywhere(acknowledgements: readonly ConfigAcknowledgement[], version: number): boolean {
  const last = new Map(acknowledgements.map(each => [each.client, each]))
  const runs = [...last.values()].map(each => each.version === version && each.status === 'applied')
  return runs.length > 0 && runs.every(Boolean)
}

/** Whether every client has said something of this version. */
function isAnswered(acknowledgements: readonly ConfigAcknowledgement[], version: number): boolean {
  const clients = Map.groupBy(acknowledgements, ({ client }) => client)
  const answered = [...clients.values()].map(of => of.some(each => each.version === version))
  return answered.length > 0 && answered.every(Boolean)
}
