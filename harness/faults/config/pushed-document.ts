/**
 * A document that a fault pushes to, the way operators push: through the rollout that the architecture has, so that a
 * careful one may stop it. The way back is an emergency push of what was there. What the clients acknowledge, and what
 * becomes of the rollout, is the evidence.
 */
import { isDeepStrictEqual } from 'node:util'
import { HarnessError } from '../../errors.ts'
import {
  type ConfigAcknowledgement,
  ConfigControl,
  type ConfigPush,
  type ConfigRollout,
} from '../../stack/config-control.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Evidence, Injected } from '../fault.ts'

export interface ConfigPushLimits {
  /** How long to wait for the push to have come to its end, ms; what comes after is seen by the evidence all the same. */
  endLimitMs?: number
  /** How long the clients may take to take up the undo, ms. */
  undoLimitMs?: number
}

/** What the config service answers to a document that it would not carry. */
export const tooLarge = 413

export type ConfigStack = Pick<Stack, 'control' | 'adminToken' | 'services'>

export class PushedDocument {
  readonly config: ConfigControl
  readonly name: string
  /** What was there before the fault. */
  readonly before: unknown
  readonly #kind: string
  readonly #stack: ConfigStack
  readonly #undoLimitMs: number
  #undone: Promise<void> | undefined

  private constructor(
    about: { kind: string; name: string; before: unknown; config: ConfigControl },
    stack: ConfigStack,
    undoLimitMs: number,
  ) {
    this.#kind = about.kind
    this.name = about.name
    this.before = about.before
    this.config = about.config
    this.#stack = stack
    this.#undoLimitMs = undoLimitMs
  }

  /** Reads what is there, so that it can be put back. */
  static async open(
    kind: string,
    name: string,
    stack: ConfigStack,
    { undoLimitMs = 10_000 }: ConfigPushLimits = {},
  ): Promise<PushedDocument> {
    const config = new ConfigControl(stack)
    const { value } = await config.read(name)
    return new PushedDocument({ kind, name, before: value, config }, stack, undoLimitMs)
  }

  /** Puts back what was there, for everybody at once. Once for all who ask; what failed may be tried again. */
  undo(): Promise<void> {
    this.#undone ??= this.#restore().catch(error => {
      this.#undone = undefined
      throw error
    })
    return this.#undone
  }

  /** The same past whatever hangs: the config service is started anew, and so is each client that is still deaf. */
  async undoHard(): Promise<void> {
    const { services } = this.#stack
    await services.start('config')
    await this.#restore().catch(() => {})
    const { version } = await this.config.read(this.name)
    const deaf = (await this.#lastWords()).filter(said => !runs(said, version)).map(({ client }) => client)
    await Promise.all(
      deaf.filter(client => services.names.includes(client)).map(name => services.start(name)),
    )
    if (!(await this.config.waitForApplied(this.name, version, this.#undoLimitMs))) throw this.#notTaken()
  }

  async remains(): Promise<string[]> {
    const { value, version } = await this.config.read(this.name)
    if (!isDeepStrictEqual(value, this.before))
      return [`the configuration of ${this.name} is not what it was before the fault`]
    const behind = (await this.#lastWords()).filter(said => !runs(said, version))
    return behind.map(
      said =>
        `${said.client} last said "version ${said.version} of ${this.name} ${said.status}", not that it runs ${version}`,
    )
  }

  /** What the clients and the rollout say of a version. */
  async evidenceOf(version: number): Promise<Evidence[]> {
    const [acknowledgements, rollout] = await Promise.all([
      this.config.acknowledgements(this.name),
      this.config.rollout(this.name),
    ])
    return [
      ...acknowledgements.filter(ack => ack.version === version).map(ack => this.#acknowledged(ack)),
      ...(rollout.version === version ? this.#rolledOut(rollout) : []),
    ]
  }

  saw(witness: string, observed: string): Evidence {
    return { fault: this.#kind, target: this.name, witness, observed }
  }

  async #restore(): Promise<void> {
    const restored = await this.config.push(this.name, { value: this.before, emergency: true })
    if (!(await this.config.waitForApplied(this.name, restored.version, this.#undoLimitMs)))
      throw this.#notTaken()
  }

  #notTaken(): HarnessError {
    return new HarnessError(`${this.name} did not take its configuration back within ${this.#undoLimitMs} ms`)
  }

  async #lastWords(): Promise<ConfigAcknowledgement[]> {
    const said = await this.config.acknowledgements(this.name)
    return [...new Map(said.map(each => [each.client, each])).values()]
  }

  #acknowledged({ client, status, version, reason }: ConfigAcknowledgement): Evidence {
    const observed =
      status === 'applied' ? `version ${version} applied` : `version ${version} refused: ${reason ?? ''}`
    return this.saw(`acknowledgement of ${client}`, observed)
  }

  /** A rollout that was taken back has been seen to do harm; of any other the clients are the witnesses. */
  #rolledOut({ version, state, stage, stages, reason }: ConfigRollout): Evidence[] {
    if (state !== 'rolled-back') return []
    const place = stage === undefined ? '' : ` in stage ${stage} of ${stages}`
    const observed = `version ${version} rolled back${place}: ${reason ?? 'no reason given'}`
    return [this.saw('rollout of config', observed)]
  }
}

function runs({ status, version }: ConfigAcknowledgement, wanted: number): boolean {
  return status === 'applied' && version === wanted
}

/** Whose document is pushed to, in the name of which fault, and what: made of what is there. */
export interface PushOptions {
  kind: string
  document: string
  body(before: unknown): ConfigPush
}

/** Pushes, and waits until every client has answered to it or its rollout was taken back. */
export async function injectPush(
  { kind, document, body }: PushOptions,
  stack: ConfigStack,
  limits: ConfigPushLimits = {},
): Promise<Injected> {
  const pushed = await PushedDocument.open(kind, document, stack, limits)
  const offered = await pushed.config.offer(document, body(pushed.before))
  if ('refused' in offered) {
    const { status, text } = offered.refused
    if (status !== tooLarge)
      throw new HarnessError(`config answered ${status} to the push to ${document}: ${text}`)
    // Nothing has come of it, so there is nothing to take back: the config service is the witness.
    const evidence = [pushed.saw('config', `push refused with ${status}: ${text}`)]
    return { evidence: async () => evidence, undo: async () => {}, remains: () => pushed.remains() }
  }
  const { version } = offered
  await pushed.config.waitForEnd(document, version, limits.endLimitMs ?? 5_000).catch(async error => {
    // Nobody else knows of the push yet.
    await pushed.undo()
    throw error
  })
  return {
    evidence: () => pushed.evidenceOf(version),
    undo: () => pushed.undo(),
    undoHard: () => pushed.undoHard(),
    remains: () => pushed.remains(),
  }
}
