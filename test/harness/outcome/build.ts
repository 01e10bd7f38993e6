/**
 * Histories written by hand. The usual run has 4 s of steady state, a fault from 4 s to 8 s, and 4 s to settle; traffic
 * at an even pace of one intent each 100 ms puts 40 intents into each of the three.
 */
import type {
  FaultWindow,
  History,
  Intent,
  Result,
  Segment,
  SessionEvent,
} from '../../../harness/outcome/history.ts'

export const feed: Segment = { app: 'feed', surface: 'web', region: 'us', activity: 'browse' }
export const feedSignIn: Segment = { ...feed, activity: 'sign-in' }
export const feedMobile: Segment = { ...feed, surface: 'mobile' }
export const rival: Segment = { ...feed, app: 'rival' }

export const usualFault: FaultWindow = { fault: 'latency', target: 'auth', from: 4_000, until: 8_000 }

/** The usual run, without traffic and sessions but for what is given. */
export function history(parts: Partial<History> = {}): History {
  return {
    intents: [],
    sessions: [],
    deadSessionProbes: [],
    faults: [usualFault],
    end: 12_000,
    alive: [],
    ...parts,
  }
}

export function intent(segment: Segment, at: number, result: Result = 'served'): Intent {
  return { ...segment, at, latencyMs: 20, result, user: 'ann' }
}

/** One intent each `everyMs`, from `from` on and before `until`; each comes out as `resultAt` says for its time. */
export function paced(
  segment: Segment,
  resultAt: Result | ((at: number) => Result) = 'served',
  { from = 0, until = 12_000, everyMs = 100 } = {},
): Intent[] {
  const intents: Intent[] = []
  for (let at = from; at < until; at += everyMs) {
    intents.push(intent(segment, at, typeof resultAt === 'string' ? resultAt : resultAt(at)))
  }
  return intents
}

/** Served, except from `from` on and before `until`. */
export function failing(from: number, until: number, result: Result = 'error'): (at: number) => Result {
  return at => (at >= from && at < until ? result : 'served')
}

/** The events of one session of feed's web surface. */
export function session(
  name: string,
  opened: number,
  ended?: { at: number; type: Exclude<SessionEvent['type'], 'opened'> },
  home: Partial<SessionEvent> = {},
): SessionEvent[] {
  const common = { session: name, app: 'feed', surface: 'web', region: 'us', ...home } as const
  const events: SessionEvent[] = [{ ...common, at: opened, type: 'opened' }]
  if (ended !== undefined) events.push({ ...common, ...ended })
  return events
}
