/**
 * Whether a stack is as it was before the first fault: looked at from outside, and not by the undo's own word. What is
 * not can be mended once the hard way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { HarnessError, messageOf } from '../errors.ts'
import { ConfigControl } from '../stack/config-control.ts'
import { firstDocuments } from '../stack/documents.ts'
import type { LinkState } from '../stack/proxy-control.ts'
import type { ServiceStatus } from '../stack/service-control.ts'
import type { Stack } from '../stack/stack.ts'
import { within } from './deadline.ts'
import { cleanProxy, startAnew } from './hard-recovery.ts'
import { type FaultOn, replaceWhatIsBroken } from './undo.ts'

export type HealStack = Pick<
  Stack,
  'proxy' | 'replaceProxy' | 'services' | 'links' | 'topology' | 'control' | 'adminToken'
>

/** Something that is not as it was. */
interface Unhealed {
  what: string
  /** What is broken: what has the same is mended by the same step. */
  part: string
  mend(): Promise<void>
}

export interface HealLimits {
  /** How long the last of an undo may take to show, ms. */
  patienceMs: number
  /** For one look, and for one step of mending, ms. */
  stepMs: number
}

const usual: HealLimits = { patienceMs: 3_000, stepMs: 45_000 }
const lookEveryMs = 200

export class HealCheck {
  readonly #stack: HealStack
  readonly #limits: HealLimits
  readonly #links: Record<string, LinkState>
  readonly #services: ReadonlyMap<string, ServiceStatus>
  readonly #documents: ReadonlyMap<string, unknown>

  private constructor(
    stack: HealStack,
    limits: HealLimits,
    before: {
      links: Record<string, LinkState>
      services: Map<string, ServiceStatus>
      documents: Map<string, unknown>
    },
  ) {
    this.#stack = stack
    this.#limits = limits
    this.#links = before.links
    this.#services = before.services
    this.#documents = before.documents
  }

  /** Looks at a stack before anything is broken. Rejects with HarnessError if something is already. */
  static async before(stack: HealStack, limits: Partial<HealLimits> = {}): Promise<HealCheck> {
    const [links, services, documents] = await Promise.all([
      stack.proxy.states(),
      statusesOf(stack),
      documentsOf(stack),
    ])
    const check = new HealCheck(stack, { ...usual, ...limits }, { links, services, documents })
    const broken = await check.#look([])
    if (broken.length > 0)
      throw new HarnessError(`the stack is broken before the first fault: ${wordsOf(broken)}`)
    return check
  }

  /**
   * Resolves once the stack is healed: to nothing if it was, else to what had to be mended, in words. Rejects with
   * HarnessError, naming it, if something is broken still after that.
   */
  async heal(faults: readonly FaultOn[]): Promise<string[]> {
    const broken = await this.#unhealed(faults)
    if (broken.length === 0) return []
    const errors: string[] = []
    for (const { part, what, mend } of new Map(broken.map(each => [each.part, each])).values())
      await within(this.#limits.stepMs, `${part} could not be mended`, mend()).catch(error =>
        errors.push(`${what}: ${messageOf(error)}`),
      )
    const still = await this.#unhealed(faults)
    if (still.length > 0)
      throw new HarnessError(
        `still broken after the undo and the hard way: ${[wordsOf(still), ...errors].join('; ')}`,
      )
    return broken.map(({ what }) => `${what} after the undo`)
  }

  /** What is broken still after a while: the last of an undo may be on its way. */
  async #unhealed(faults: readonly FaultOn[]): Promise<Unhealed[]> {
    for (const end = Date.now() + this.#limits.patienceMs; ; await sleep(lookEveryMs)) {
      const broken = await within(this.#limits.stepMs, 'the stack was not looked at', this.#look(faults))
      if (broken.length === 0 || Date.now() > end) return broken
    }
  }

  async #look(faults: readonly FaultOn[]): Promise<Unhealed[]> {
    const parts = [this.#lookAtLinks(), this.#lookAtServices(), this.#lookAtDocuments()]
    return (await Promise.all([...parts, ...faults.map(fault => this.#lookAtFault(fault))])).flat()
  }

  async #lookAtLinks(): Promise<Unhealed[]> {
    const { proxy } = this.#stack
    const broken = (what: string): Unhealed => ({
      what,
      part: 'the fault proxy',
      mend: () => cleanProxy(this.#stack),
    })
    try {
      const [now, services] = await Promise.all([proxy.states(), statusesOf(this.#stack)])
      return this.#stack.links.flatMap(({ name, to }) => {
        const [was, is] = [this.#links[name], now[name]]
        if (!was || !is) return [broken(`link ${name} is missing`)]
        // A service that was started again may be found elsewhere, but then on all its links.
        const moved = services.get(to)?.starts !== this.#services.get(to)?.starts
        const upstreams = this.#stack.links
          .filter(link => link.to === to)
          .map(each => now[each.name]?.upstream)
        const isLost = moved
          ? upstreams.some(upstream => upstream !== is.upstream)
          : is.upstream !== was.upstream
        const rightful = moved ? `and other links to ${to} elsewhere` : `not to ${was.upstream}`
        return [
          ...is.toxics.map(toxic => broken(`toxic ${toxic.name} is on ${name}`)),
          ...(is.enabled ? [] : [broken(`link ${name} is down`)]),
          ...(is.listen === was.listen
            ? []
            : [broken(`link ${name} listens at ${is.listen}, not ${was.listen}`)]),
          ...(isLost ? [this.#ofService(to, `link ${name} leads to ${is.upstream}, ${rightful}`)] : []),
        ]
      })
    } catch (error) {
      return [broken(messageOf(error))]
    }
  }

  async #lookAtServices(): Promise<Unhealed[]> {
    const { services } = this.#stack
    const found = services.names.map(async name => {
      try {
        const status = await services.status(name)
        return [...this.#stateOf(name, status), ...this.#limitsOf(name, status)]
      } catch (error) {
        return [this.#ofService(name, messageOf(error))]
      }
    })
    return (await Promise.all(found)).flat()
  }

  #stateOf(name: string, { state, ended }: ServiceStatus): Unhealed[] {
    if (state === 'running') return []
    return [this.#ofService(name, `${name} is ${state}${ended === undefined ? '' : ` (${ended})`}`)]
  }

  #limitsOf(name: string, { limits }: ServiceStatus): Unhealed[] {
    const before = this.#services.get(name)
    if (before === undefined || isDeepStrictEqual(limits, before.limits)) return []
    const lift = async () => void (await this.#stack.services.limit(name, undefined))
    return [this.#ofService(name, `${name} is limited: ${JSON.stringify(limits)}`, lift)]
  }

  async #lookAtDocuments(): Promise<Unhealed[]> {
    try {
      const now = await documentsOf(this.#stack)
      return [...this.#documents]
        .filter(([name, value]) => !isDeepStrictEqual(now.get(name), value))
        .map(([name, value]) => ({
          what: `the configuration of ${name} is not what it was`,
          part: `the configuration of ${name}`,
          mend: async () =>
            void (await new ConfigControl(this.#stack).push(name, { value, emergency: true })),
        }))
    } catch (error) {
      return [this.#ofService('config', messageOf(error))]
    }
  }

  async #lookAtFault(on: FaultOn): Promise<Unhealed[]> {
    const remains = (await on.injected.remains?.().catch(error => [messageOf(error)])) ?? []
    return remains.map(what => ({
      what: `${on.name}: ${what}`,
      part: on.name,
      mend: () => replaceWhatIsBroken(on, this.#stack as Stack),
    }))
  }

  #ofService(name: string, what: string, first: () => Promise<void> = async () => {}): Unhealed {
    const mend = async () => {
      await first()
      await startAnew(this.#stack, name)
    }
    return { what, part: name, mend }
  }
}

async function statusesOf({ services }: HealStack): Promise<Map<string, ServiceStatus>> {
  const entries = services.names.map(async name => [name, await services.status(name)] as const)
  return new Map(await Promise.all(entries))
}

async function documentsOf(stack: HealStack): Promise<Map<string, unknown>> {
  const config = new ConfigControl(stack)
  const names = Object.keys(firstDocuments(stack.topology))
  const entries = names.map(async name => [name, (await config.read(name)).value] as const)
  return new Map(await Promise.all(entries))
}

function wordsOf(broken: readonly Unhealed[]): string {
  return [...new Set(broken.map(({ what }) => what))].join('; ')
}
