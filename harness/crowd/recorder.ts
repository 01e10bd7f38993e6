import type { Activity, DeadSessionProbe, Intent, SessionEvent, Surface } from '../outcome/history.ts'
import type { Seen } from './client.ts'

export interface Who {
  app: string
  surface: Surface
  region: string
  user: string
}

/** Writes down what the crowd does, on the run's clock. */
export class Recorder {
  readonly intents: Intent[] = []
  readonly sessions: SessionEvent[] = []
  readonly deadSessionProbes: DeadSessionProbe[] = []
  #zero = performance.now()
  #nextSession = 1

  /** Sets the clock: `now()` is 0 at `inMs` from now. */
  startClock(inMs: number): void {
    const shift = performance.now() + inMs - this.#zero
    this.#zero += shift
    // What was written down before (sessions of the warm-up) keeps its distance to it.
    for (const event of this.sessions) event.at -= shift
  }

  now(): number {
    return performance.now() - this.#zero
  }

  /** Does one thing and records what came of it. `at` is when it was meant to happen. */
  async intent(who: Who, activity: Activity, at: number, act: () => Promise<Seen>): Promise<Seen> {
    const seen = await act()
    const { result, told, fromDevice } = seen
    this.intents.push({
      ...who,
      activity,
      at,
      latencyMs: this.now() - at,
      result,
      ...(told ? { told } : {}),
      ...(fromDevice ? { fromDevice } : {}),
    })
    return seen
  }

  /** Opens a session in the books; answers with its name. */
  open({ app, surface, region, user }: Who): string {
    const session = `${user}#${this.#nextSession++}`
    this.sessions.push({ at: this.now(), session, app, surface, region, type: 'opened' })
    return session
  }

  end(session: string, { app, surface, region }: Who, type: Exclude<SessionEvent['type'], 'opened'>): void {
    this.sessions.push({ at: this.now(), session, app, surface, region, type })
  }

  probe(session: string, { app, surface, region }: Who, at: number, accepted: boolean): void {
    this.deadSessionProbes.push({ at, session, app, surface, region, accepted })
  }
}
