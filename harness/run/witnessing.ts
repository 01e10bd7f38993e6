/** What a real browser sees of a run: before, during and after its fault. Without a browser the run goes on, and says so. */
import { availableParallelism } from 'node:os'
import { createAccounts } from '../crowd/operator.ts'
import { everybody } from '../crowd/population.ts'
import { HarnessError, messageOf } from '../errors.ts'
import type { Scenario } from '../scenario.ts'
import type { Stack } from '../stack/stack.ts'
import { findBrowser } from '../witness/find-browser.ts'
import { type Moment, type Observation, Witness, type WitnessPage } from '../witness/witness.ts'

/**
 * Enough to tell one app from all of them, and the control app. On two cores a walk through four apps takes a quarter of
 * both from what is measured, and more during an outage, when most of them have to try the password: there one stands for
 * all.
 */
const apps = availableParallelism() > 2 ? ['feed', 'chat', 'ads', 'rival'] : ['feed', 'rival']
/** How long the fault has been on when the witness looks, ms; or half of it, if it is short. */
const afterInjectionMs = 2_500

/** Plain data: what goes into the results. */
export type WitnessAccount =
  | { missing: string }
  | {
      /** Where the pictures are. */
      folder: string
      observations: Observation[]
    }

export class Witnessing implements AsyncDisposable {
  readonly #witness: Witness | undefined
  readonly #account: WitnessAccount
  readonly #isWanted: boolean

  private constructor(witness: Witness | undefined, account: WitnessAccount, isWanted = true) {
    this.#isWanted = isWanted
    this.#witness = witness
    this.#account = account
  }

  /** `folder`: for the pictures; without one nobody looks. `run`: tells the witness's accounts from all others. */
  static async open(stack: Stack, run: string, folder: string | undefined): Promise<Witnessing> {
    if (folder === undefined) return new Witnessing(undefined, { missing: 'nobody was asked to look' }, false)
    const browser = findBrowser()
    if (!browser.ok) return new Witnessing(undefined, { missing: browser.why })
    const pages = await pagesOf(stack, run)
    try {
      const witness = await Witness.open({ executablePath: browser.path, pages, folder })
      return new Witnessing(witness, { folder, observations: [] })
    } catch (error) {
      const why = `${browser.path} did not start: ${messageOf(error).split('\n')[0]}`
      return new Witnessing(undefined, { missing: why })
    }
  }

  get blindBecause(): string | undefined {
    return this.#isWanted && 'missing' in this.#account ? this.#account.missing : undefined
  }

  get account(): WitnessAccount {
    return this.#account
  }

  /** Resolves to what was seen, in words; undefined if nobody looked. */
  async look(moment: Moment, now: () => number, over?: AbortSignal): Promise<string | undefined> {
    if (!this.#witness || !('observations' in this.#account)) return undefined
    const observed = await this.#witness.walk(moment, now, over)
    this.#account.observations.push(...observed)
    const { endedBecause } = this.#witness
    if (endedBecause !== undefined) return `nothing more: ${endedBecause}`
    const last = new Map(observed.map(({ app, sees }) => [app, sees]))
    return [...last].map(([app, sees]) => `${app} ${sees}`).join(', ')
  }

  /** Looks at the pages of the outage once more, when nothing is measured any more. */
  async checkAccessibility(): Promise<void> {
    await this.#witness?.checkAccessibility()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#witness?.[Symbol.asyncDispose]()
  }
}

/** When to look at the fault, ms on the run's clock. */
export function lookAtMs({ schedule, timelineMs }: Pick<Scenario, 'schedule' | 'timelineMs'>): number {
  const [first] = schedule.toSorted((a, b) => a.fromMs - b.fromMs)
  if (!first) return timelineMs / 2
  return first.fromMs + Math.min(afterInjectionMs, (first.toMs - first.fromMs) / 2)
}

/** When the first fault goes off, ms on the run's clock; the end of a timeline without any. */
export function undoAtMs({ schedule, timelineMs }: Pick<Scenario, 'schedule' | 'timelineMs'>): number {
  const [first] = schedule.toSorted((a, b) => a.fromMs - b.fromMs)
  return first?.toMs ?? timelineMs
}

async function pagesOf(stack: Stack, run: string): Promise<WitnessPage[]> {
  const groups = everybody()
    .filter(({ app, surface }) => surface === 'web' && apps.includes(app))
    .map(group => ({ ...group, residents: 1, revoked: 0, nearExpiry: 0, expired: 0 }))
  const accounts = await createAccounts(stack, run, groups)
  return groups.flatMap(group => {
    const [home] = group.homes
    const door = home && stack.doors[home.door]
    if (!home || door === undefined) throw new HarnessError(`the stack has no door for ${group.app}`)
    const { username, password } = accounts({ group, kind: 'resident', home, number: 0 })
    // Browsers find every name below `localhost` at this machine.
    const url = `http://${group.app}.${home.region}.localhost:${new URL(door).port}/`
    return [{ app: group.app, region: home.region, url, username, password }]
  })
}
