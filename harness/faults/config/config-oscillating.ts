/**
 * A document is generated anew again and again, now good, now bad, so that its readers fail and recover in turn and the
 * cause is looked for everywhere else (Cloudflare, 2025-11-18). Each version goes out as an operator's push would; where
 * a rollout is still under way, the config service takes no other, and the turn is tried again later. The undo leaves the good
 * one. Between turns the evidence is gathered, since the config service remembers only what each client said lately.
 */
import { z } from 'zod'
import type { ConfigPush } from '../../stack/config-control.ts'
import type { Topology } from '../../stack/topology.ts'
import { defineFault, type Evidence, type Injected } from '../fault.ts'
import { emptied, emptiness, emptinessProblems } from './config-empty.ts'
import { malformation, malformationProblems, malformed } from './config-malformed.ts'
import { grown, growth, growthProblems } from './config-oversized.ts'
import { documentChange } from './config-push.ts'
import { documentHold, documentOwner, documentProblems } from './document.ts'
import { type ConfigPushLimits, type ConfigStack, PushedDocument, tooLarge } from './pushed-document.ts'

/** What the bad one is: a change as in `config-push`, or what one of the other config faults makes of a document. */
const badForm = z.union([
  z.strictObject({ change: documentChange }),
  z.strictObject({ malformed: malformation }),
  z.strictObject({ empty: emptiness }),
  z.strictObject({ oversized: growth }),
])
type BadForm = z.output<typeof badForm>

export const configOscillating = defineFault({
  kind: 'config-oscillating',
  layer: 'config',
  summary: "A service's configuration is now good, now bad",
  params: z.strictObject({
    service: documentOwner,
    bad: badForm,
    /** How long each of the two is there, ms. */
    periodMs: z.number().int().min(200).max(600_000),
  }),
  target: ({ service }) => service,
  problems: ({ service, bad }, topology) => badFormProblems(service, bad, topology),
  holds: ({ service }) => [documentHold(service)],
  inject: (given, stack) => injectOscillation(given, stack),
})

/** The first bad version is out when this resolves. */
export async function injectOscillation(
  { service, bad, periodMs }: { service: string; bad: BadForm; periodMs: number },
  stack: ConfigStack,
  limits: ConfigPushLimits = {},
): Promise<Injected> {
  const document = await PushedDocument.open('config-oscillating', service, stack, limits)
  const oscillation = new Oscillation(document, badPush(service, document.before, bad))
  await oscillation.begin(periodMs)
  return oscillation
}

class Oscillation implements Injected {
  readonly #document: PushedDocument
  readonly #bad: ConfigPush
  /** By version: whether it was the bad one. */
  readonly #versions = new Map<number, 'bad' | 'good'>()
  /** What clients and rollouts have said, each once. */
  readonly #heard = new Map<string, { who: string; what: string }>()
  /** Whether the last one that went out was the bad one. */
  #isBad = false
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(document: PushedDocument, bad: ConfigPush) {
    this.#document = document
    this.#bad = bad
  }

  async begin(periodMs: number): Promise<void> {
    await this.#flip()
    this.#timer = setInterval(() => {
      // One that fails, such as while the config service is away, is left out.
      this.#turn = this.#turn.then(() => this.#flip()).catch(() => {})
    }, periodMs)
  }

  async evidence(): Promise<Evidence[]> {
    await this.#listen()
    const byWitness = Map.groupBy(this.#heard.values(), ({ who }) => who)
    const seen = [...byWitness].map(([who, all]) => {
      const counted = Map.groupBy(all, ({ what }) => what)
      const observed = [...counted].map(([what, each]) => `${what}: ${each.length}`).toSorted()
      return this.#document.saw(who, observed.join(', '))
    })
    // Good versions alone are no fault.
    return seen.some(({ observed }) => observed.includes('bad')) ? seen : []
  }

  async undo(): Promise<void> {
    await this.#end()
    await this.#document.undo()
  }

  async undoHard(): Promise<void> {
    await this.#end()
    await this.#document.undoHard()
  }

  remains(): Promise<string[]> {
    return this.#document.remains()
  }

  /** A turn that is under way must not come after the undo. */
  async #end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#turn
  }

  async #flip(): Promise<void> {
    const { config, name, before } = this.#document
    const which = this.#isBad ? 'good' : 'bad'
    const offered = await config.offer(name, which === 'bad' ? this.#bad : { value: before })
    if ('version' in offered) this.#versions.set(offered.version, which)
    else this.#hear('config', `${which} push refused with ${offered.refused.status}`)
    // What is not taken now is generated again in the next turn; what is too large will always be.
    if ('version' in offered || offered.refused.status === tooLarge) this.#isBad = which === 'bad'
    await this.#listen()
  }

  async #listen(): Promise<void> {
    const { config, name } = this.#document
    const [acknowledgements, rollout] = await Promise.all([
      config.acknowledgements(name),
      config.rollout(name),
    ])
    for (const { client, version, status } of acknowledgements) {
      const which = this.#versions.get(version)
      if (which !== undefined) this.#hear(`acknowledgement of ${client}`, `${which} ${status}`, version)
    }
    const rolled = this.#versions.get(rollout.version)
    if (rolled !== undefined && rollout.state === 'rolled-back')
      this.#hear('rollout of config', `${rolled} rolled back`, rollout.version)
  }

  #hear(who: string, what: string, key: number = this.#heard.size): void {
    this.#heard.set(`${who} ${what} ${key}`, { who, what })
  }
}

function badPush(service: string, before: unknown, bad: BadForm): ConfigPush {
  if ('change' in bad) return { change: bad.change }
  if ('malformed' in bad) return { value: malformed(before, bad.malformed) }
  if ('empty' in bad) return { value: emptied(service, before, bad.empty) }
  return { value: grown(before, bad.oversized) }
}

function badFormProblems(service: string, bad: BadForm, topology: Topology): string[] {
  if ('malformed' in bad) return malformationProblems(service, bad.malformed, topology)
  if ('empty' in bad) return emptinessProblems(service, bad.empty, topology)
  if ('oversized' in bad) return growthProblems(service, bad.oversized, topology)
  return documentProblems(service, topology)
}
