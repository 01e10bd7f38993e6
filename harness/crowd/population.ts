/** Who is in the crowd. One group for each app, surface and region. */
import type { Surface } from '../outcome/history.ts'

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
 * Sized for two stacks on two cores: about 100 requests per second through a whole stack, which takes a quarter of a
 * core, and at least ten intents of every segment in a steady state of two seconds.
 */
export const familyCrowd: readonly Group[] = [
  {
    app: 'feed',
    surface: 'web',
    region: 'us',
    door: 'edge-us',
    residents: 40,
    browseEveryMs: 1_500,
    newcomersPerSecond: 7,
    revoked: 3,
  },
  {
    app: 'feed',
    surface: 'mobile',
    region: 'us',
    door: 'edge-us',
    residents: 30,
    browseEveryMs: 1_500,
    refreshEveryMs: 4_000,
    newcomersPerSecond: 7,
    revoked: 3,
  },
  {
    app: 'rival',
    surface: 'web',
    region: 'us',
    door: 'rival',
    residents: 25,
    browseEveryMs: 1_500,
    newcomersPerSecond: 7,
    revoked: 2,
  },
]
