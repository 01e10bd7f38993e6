/** Who is in the crowd. One group for each app, surface and region. */
import type { Activity, Segment, Surface } from '../outcome/history.ts'

export interface Group {
  app: string
  surface: Surface
  region: string
  /** The door they come in by. */
  door: string
  /** Users with a session from before the run. */
  residents: number
  /** How often each of them looks at the app, ms. */
  browseEveryMs: number
  /** How often each of their devices renews its token in the background, ms. */
  refreshEveryMs?: number
  /** People who sign in, look around and sign out again, per second. */
  newcomersPerSecond: number
  /** Sessions that are revoked before the run and go on asking throughout it. */
  revoked: number
}

/**
 * Sized for two stacks on two cores, where a request through a whole stack costs about 5 ms of processor time: some 65
 * requests per second a stack. Every segment that a scenario may make claims about has at least ten intents in a
 * steady state of two seconds; feed's sign-ins, which most outages may harm, have eight.
 */
export const familyCrowd: readonly Group[] = [
  {
    app: 'feed',
    surface: 'web',
    region: 'us',
    door: 'edge-us',
    residents: 26,
    browseEveryMs: 2_500,
    newcomersPerSecond: 4,
    revoked: 2,
  },
  {
    app: 'feed',
    surface: 'mobile',
    region: 'us',
    door: 'edge-us',
    residents: 20,
    browseEveryMs: 2_500,
    refreshEveryMs: 3_000,
    newcomersPerSecond: 4,
    revoked: 2,
  },
  {
    app: 'rival',
    surface: 'web',
    region: 'us',
    door: 'rival',
    residents: 14,
    browseEveryMs: 2_000,
    newcomersPerSecond: 6,
    revoked: 1,
  },
]

/** The segments that groups have traffic in. */
export function segmentsOf(groups: readonly Group[]): Segment[] {
  return groups.flatMap(({ app, surface, region, refreshEveryMs }) => {
    const activities: Activity[] = ['browse', 'sign-in', ...(refreshEveryMs ? (['refresh'] as const) : [])]
    return activities.map(activity => ({ app, surface, region, activity }))
  })
}
