/** Makes the users of a crowd: each a person or a system with a client of its own, at an address of its own. */
import { HarnessError } from '../errors.ts'
import type { Cohort } from '../outcome/history.ts'
import { ApiClient } from './api-client.ts'
import type { Client, ClientWorld } from './client.ts'
import { DeviceClient } from './device-client.ts'
import type { HttpClient } from './http.ts'
import { MobileClient } from './mobile-client.ts'
import { type Accounts, type CrowdStack, type Kind, kinds, memberOf } from './operator.ts'
import type { OutageReports } from './outage-reports.ts'
import type { Group } from './population.ts'
import { createRandom } from './random.ts'
import type { Recorder } from './recorder.ts'
import type { Traces } from './traces.ts'
import { User } from './user.ts'
import { WebClient } from './web-client.ts'

export interface UserFactoryWorld {
  stack: CrowdStack
  groups: readonly Group[]
  seed: number
  http: HttpClient
  recorder: Recorder
  reports: OutageReports
  ended: AbortSignal
  traces: Traces
  accounts: Accounts
}

const clientOf: Record<Group['client'], (world: ClientWorld) => Client> = {
  web: world => new WebClient(world),
  phone: world => new MobileClient(world),
  device: world => new DeviceClient(world),
  api: world => new ApiClient(world),
}

/** How many tabs those have who have several. */
const tabs = 3

export type UserFactory = (group: Group, kind: Kind, index: number) => User

/** A resident's place among the cohorts, by its number in the group. The last ones are those who run out. */
export function cohortOf(group: Group, index: number): Cohort | undefined {
  if (index >= group.residents) return 'near-expiry'
  if (index < (group.severalTabs ?? 0)) return 'several-tabs'
  return index < (group.background ?? 0) ? 'background' : undefined
}

export function createUserFactory(world: UserFactoryWorld): UserFactory {
  const { stack, groups, seed, http, recorder, reports, ended, accounts } = world

  return (group, kind, index) => {
    const { app, surface } = group
    const member = memberOf(group, kind, index)
    const { region, door } = member.home
    const baseUrl = stack.doors[door]
    if (baseUrl === undefined) throw new HarnessError(`the stack has no door ${door}`)
    // An address of its own, from a network that is nobody's: auth counts attempts by address.
    const address = `10.${groups.indexOf(group)}.${kinds.indexOf(kind)}.${index + 1}`
    // Who was thrown out for good reason is nobody whose trace is looked for.
    const traces = kind === 'revoked' ? {} : { traces: world.traces }
    const client = clientOf[group.client]({
      http,
      place: { door: baseUrl, host: `${app}.${region}.localhost`, address },
      account: accounts(member),
      ...traces,
    })
    // Not the account's name: that is new in every run, and the same seed must give the same schedule.
    const name = `${app}-${surface}-${region}-${kind}-${member.number}`
    const random = createRandom(seed, `${name} patience`)
    const patienceToReport = createRandom(seed, `${name} report`)
    const cohort = kind === 'resident' ? cohortOf(group, index) : undefined
    return new User({ app, surface, region, user: name }, client, {
      recorder,
      random,
      ended,
      noticed: (who, result) => reports.note(who, result, patienceToReport),
      stubborn: kind === 'resident' && index < (group.stubborn ?? 0),
      ...(cohort === undefined ? {} : { cohort }),
      ...(cohort === 'several-tabs' ? { tabs } : {}),
      ...(group.actEvery === undefined ? {} : { actEvery: group.actEvery }),
    })
  }
}
