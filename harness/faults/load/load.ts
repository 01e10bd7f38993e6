/** What all faults have in common that are too much to do: who makes it, where it comes in, and who else sees it. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createAccounts, crowdStackOf, memberOf } from '../../crowd/operator.ts'
import { everybody, type Group } from '../../crowd/population.ts'
import { HarnessError, messageOf } from '../../errors.ts'
import { LoadProcess, type RunningLoad } from '../../load/load-process.ts'
import type { LoadCaller, LoadPlan } from '../../load/plan.ts'
import type { Surface } from '../../outcome/history.ts'
import type { Stack } from '../../stack/stack.ts'
import type { Topology } from '../../stack/topology.ts'
import type { Evidence, Injected } from '../fault.ts'
import { type DoorCounts, doorCountsOf, seenAtDoors } from './load-evidence.ts'

/** How long any load may last if its undo never comes, ms. */
export const maxMs = z.number().int().min(100).max(600_000).default(60_000)

/** Who calls: an app's clients, of one kind. */
export interface Callers {
  app: string
  surface: Surface
  /** Only from there. */
  region?: string | undefined
  /** How many devices, browsers or machines, each with an address of its own, */
  count: number
  /** and how many accounts they share. */
  accounts: number
}

export type Load = Pick<LoadPlan, 'behaviour' | 'perSecond' | 'concurrencyMax' | 'timeoutMs' | 'maxMs'>

/** How long the doors are watched before it begins, ms: what they see then is everybody else's. */
const watchMs = 750
/** A network that is nobody's, and that no user of the crowd has an address in. */
const addressOf = (number: number) => `10.200.${Math.floor(number / 250)}.${(number % 250) + 1}`

/** What does not fit a topology. */
export function callerProblems(
  { app, surface, region }: Pick<Callers, 'app' | 'surface' | 'region'>,
  topology: Topology,
): string[] {
  const group = groupOf(app, surface)
  if (!group) {
    const known = everybody()
      .map(each => `${each.app} (${each.surface})`)
      .join(', ')
    return [`no app "${app}" with the surface "${surface}"; there are: ${known}`]
  }
  const homes = homesOf(group, region)
  if (homes.length === 0)
    return [`no region "${region}"; there are: ${group.homes.map(home => home.region).join(', ')}`]
  const missing = homes.filter(({ door }) => !topology.doors.includes(door)).map(({ door }) => door)
  return missing.length === 0
    ? []
    : [`no door ${missing.join(', ')}; there are: ${topology.doors.join(', ')}`]
}

/** Starts it: accounts first, by the operator's way, then the generator. */
export async function injectLoad(
  kind: string,
  stack: Stack,
  callers: Callers,
  load: Load,
): Promise<Injected> {
  const group = groupOf(callers.app, callers.surface)
  const homes = group ? homesOf(group, callers.region) : []
  if (!group || homes.length === 0)
    throw new HarnessError(`${kind}: ${callerProblems(callers, stack.topology).join('; ')}`)
  const doors = [...new Set(homes.map(({ door }) => door))]
  const generator = stack.load?.() ?? new LoadProcess(stack.id)
  try {
    const first = await doorCountsOf(stack, doors)
    const [people] = await Promise.all([peopleOf(stack, { ...group, homes }, callers), sleep(watchMs)])
    const before = await doorCountsOf(stack, doors)
    let began = before
    await generator.begin({ ...load, client: group.client, callers: people }, async () => {
      began = await doorCountsOf(stack, doors)
    })
    return injectedLoad(kind, stack, { callers, doors, generator, first, before, began })
  } catch (error) {
    await generator.kill()
    throw new HarnessError(`${kind}: ${messageOf(error)}`, { cause: error })
  }
}

interface Running {
  callers: Callers
  doors: readonly string[]
  generator: RunningLoad
  first: DoorCounts
  before: DoorCounts
  began: DoorCounts
}

function injectedLoad(kind: string, stack: Stack, running: Running): Injected {
  const { generator, doors, first, before, began, callers } = running
  return {
    undo: () => generator.stop(),
    undoHard: () => generator.kill(),
    async remains() {
      return generator.isAlive ? [`the load on ${callers.app} (process ${generator.pid}) goes on`] : []
    },
    async evidence(): Promise<Evidence[]> {
      // First what was sent: it is at the doors by the time that those are asked.
      const { counts } = generator
      const now = await doorCountsOf(stack, doors)
      const seen = seenAtDoors({ first, before, began, now }, counts)
      return seen.map(observed => ({ fault: kind, target: callers.app, witness: 'fault proxy', observed }))
    },
  }
}

function groupOf(app: string, surface: Callers['surface']): Group | undefined {
  return everybody().find(group => group.app === app && group.surface === surface)
}

function homesOf({ homes }: Group, region: string | undefined): Group['homes'] {
  return region === undefined ? homes : homes.filter(home => home.region === region)
}

/** Makes the accounts and says where each of their clients stands. */
async function peopleOf(stack: Stack, group: Group, { count, accounts }: Callers): Promise<LoadCaller[]> {
  const { doors } = crowdStackOf(stack)
  const crowd: Group = { ...group, residents: accounts, revoked: 0 }
  const accountOf = await createAccounts(stack, `load-${randomBytes(3).toString('hex')}`, [crowd])
  return Array.from({ length: count }, (_, index) => {
    const member = memberOf(crowd, 'resident', index % accounts)
    const { region, door } = member.home
    const base = doors[door]
    if (base === undefined) throw new HarnessError(`the stack has no door ${door}`)
    return {
      door: base,
      host: `${group.app}.${region}.localhost`,
      address: addressOf(index),
      ...accountOf(member),
    }
  })
}
