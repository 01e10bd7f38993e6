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
export type ConfigAcknowledgement = z.output<typeof acknowledgementSchema>

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

  push(document: string, body: { value: unknown } | { change: unknown }): Promise<{ version: number }> {
    return this.#ask(pushedSchema, `/documents/${document}`, body)
  }

  async acknowledgements(document: string): Promise<ConfigAcknowledgement[]> {
    return (await this.#ask(acknowledgementsSchema, `/documents/${document}/acknowledgements`))
      .acknowledgements
  }

  /** Waits until every client of a document has applied a version. False if one has not within the limit. */
  async waitForApplied(document: string, version: number, limitMs: number): Promise<boolean> {
    for (const end = Date.now() + limitMs; Date.now() < end; await sleep(50)) {
      const acknowledgements = await this.acknowledgements(document)
      const applied = acknowledgements.every(ack => ack.version >= version && ack.status === 'applied')
      if (acknowledgements.length > 0 && applied) return true
    }
    return false
  }

  async #ask<T>(schema: z.ZodType<T>, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#base}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok)
      throw new HarnessError(`config answered ${response.status} to ${path}: ${text.slice(0, 200)}`)
    return schema.parse(JSON.parse(text))
  }
}
