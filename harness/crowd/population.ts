/** Who is in the crowd. One group for each app and surface; its users live in all regions, in turn. */
import { type Activity, pooledRegion, type Segment, type Surface } from '../outcome/history.ts'
import { controlApp } from '../scope.ts'
import { type OwnApp, ownApps } from '../stack/apps.ts'
import { regions } from '../stack/topology.ts'

export interface Group {
  app: string
  surface: Surface
  /** What its users hold: see the clients of the same names. */
  client: 'web' | 'phone' | 'device' | 'api'
  /** Where its users live. They are dealt out in turn: the first to the first home, the second to the second. */
  homes: readonly Home[]
  /** Users with a session from before the run. */
  residents: number
  /** How often each of them looks at the app (or calls it), ms. */
  browseEveryMs: number
  /** How often each of their devices renews its token in the background, ms. */
  refreshEveryMs?: number
  /** People who sign in, look around and go again, per second. */
  newcomersPerSecond: number
  /** Sessions that are revoked before the run and go on asking throughout it. */
  revoked: number
  /** One visit in so many is used to send something. Default: none. */
  actEvery?: number
  /** How many of the residents visit with three tabs at once. */
  severalTabs?: number
  /** How many of the residents' devices only renew their token in the background, and are not looked at. */
  background?: number
  /** How many residents more have a session that runs out towards the end of the run, and then goes on asking. */
  nearExpiry?: number
  /** Sessions that run out just before the run and go on asking throughout it. */
  expired?: number
  /** How many of the residents are systems that try again at once, whatever they are told. */
  stubborn?: number
}

export interface Home {
  region: string
  /** The door they come in by. */
  door: string
}

const edges: readonly Home[] = regions.map(region => ({ region, door: `edge-${region}` }))
/** The control group's app has no edges: all the world comes in by its one door. */
const rivalDoor: readonly Home[] = regions.map(region => ({ region, door: 'rival' }))

/**
 * Sized for two slow cores, where a request through a whole stack costs some 12 ms of processor time: 60 requests a second
 * take less than half of them. With more, a moment's pause of the machine is enough to tip over an architecture whose apps
 * try again and again, before anything was broken. Pooled over the regions, every segment of an existing session has at
 * least eight intents in 4 s, and so has the rival's sign-in; the others of signing in and of renewing a token have them in
 * 5 s, which is what a scenario needs for its steady state and for a fault in whose scope they are not.
 */
const usual = { residents: 12, browseEveryMs: 4_600, newcomersPerSecond: 1.75, revoked: 2 } as const
/** One of them with tabs side by side, and two more whose session runs out. */
const web = {
  ...usual,
  surface: 'web',
  client: 'web',
  actEvery: 4,
  severalTabs: 1,
  nearExpiry: 1,
  expired: 1,
} as const
const likePhone = { ...usual, surface: 'mobile', client: 'phone' } as const
/** Many who look seldom: how many of them have to ask auth while a fault lasts is less a matter of chance. */
const likeDevice = {
  ...usual,
  surface: 'mobile',
  client: 'device',
  residents: 24,
  browseEveryMs: 9_200,
} as const
const api = {
  ...usual,
  surface: 'api',
  client: 'api',
  residents: 8,
  browseEveryMs: 3_000,
  stubborn: 2,
} as const
/** In the background and often, as apps do that fetch news all day. */
const often = { refreshEveryMs: 5_000, background: 2 } as const
/**
 * Only when the access token is about to run out: it lives for 20 s. The phones' first renewals are spread over this
 * time as if their tokens were of every age, so that a third of them need one while a fault lasts 6 s. More phones, who
 * look less often, because so few renew.
 */
const whenDue = { refreshEveryMs: 18_000, residents: 40, browseEveryMs: 13_000 } as const

const members: readonly Omit<Group, 'homes'>[] = [
  { app: 'feed', ...web },
  { app: 'feed', ...likePhone, ...often },
  { app: 'messenger', ...web },
  { app: 'messenger', ...likePhone, ...often },
  { app: 'photos', ...web },
  { app: 'photos', ...likePhone, ...whenDue },
  { app: 'chat', ...web },
  { app: 'chat', ...likeDevice },
  { app: 'ads', ...web },
  { app: 'messenger-api', ...api },
  { app: 'business-api', ...api },
  // Never in anybody's scope, so that it has to have sign-ins enough for a claim, too.
  { app: 'rival', ...web, newcomersPerSecond: 2.5 },
]

/** The users of the whole shipped family and of the control group. */
export const familyCrowd: readonly Group[] = housed(members)

// Each group begins in another region: the few whose sessions are revoked are then in all of them.
function housed(groups: readonly Omit<Group, 'homes'>[]): Group[] {
  return groups.map((group, index) => ({
    ...group,
    homes: rotated(group.app === controlApp ? rivalDoor : edges, index),
  }))
}

let known = { apps: ownApps(), groups: familyCrowd }

/** The users of all apps that there are: of the family, of the control group, and of those that users have added. */
export function everybody(): readonly Group[] {
  const apps = ownApps()
  if (known.apps !== apps) known = { apps, groups: housed([...members, ...apps.flatMap(groupsOf)]) }
  return known.groups
}

/** The users of an app that somebody added: like those of the shipped apps that check them in the same way. */
function groupsOf({
  name: app,
  surfaces,
  phone = 'introspection',
  users = {},
}: OwnApp): Omit<Group, 'homes'>[] {
  const phones = {
    introspection: { ...likePhone, ...often },
    signature: { ...likePhone, ...whenDue },
    device: likeDevice,
  }
  const of = { web, mobile: phones[phone], api }
  return surfaces.map(surface => ({ app, ...of[surface], ...users }))
}

/** The apps around the shared auth that people or systems use in this way. */
export function appsOn(surface: Surface): string[] {
  const on = everybody().filter(each => each.surface === surface && each.app !== controlApp)
  return on.map(({ app }) => app)
}

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, index) => list[(index + by) % list.length] as T)
}

/** Whether segments keep the regions apart, or put them together as region `all`. */
export type Regions = 'pooled' | 'apart'

/** The segments that groups have traffic in. */
export function segmentsOf(groups: readonly Group[], regions: Regions): Segment[] {
  return groups.flatMap(({ app, surface, homes, refreshEveryMs }) => {
    const places = regions === 'pooled' ? [pooledRegion] : [...new Set(homes.map(({ region }) => region))]
    const activities: Activity[] = [
      activityOf(surface),
      'sign-in',
      ...(refreshEveryMs === undefined ? [] : (['refresh'] as const)),
    ]
    return places.flatMap(region => activities.map(activity => ({ app, surface, region, activity })))
  })
}

/** What those who have a session do with it. */
export function activityOf(surface: Surface): 'browse' | 'api-call' {
  return surface === 'api' ? 'api-call' : 'browse'
}
