import type { Activity, Cohort, DeadSessionProbe, Intent, SessionEvent, Surface } from '../outcome/history.ts'
import type { Cleared, Seen } from './client.ts'
import { sidOf } from './credentials.ts'

export interface Who {
  app: string
  surface: Surface
  region: string
  user: string
}

/** What is known of a session when it is opened. */
export interface Opened {
  cohort?: Cohort | undefined
  /** What names it at auth: the credential, or where that tells nothing, the account. */
  credential?: string | undefined
  account?: string | undefined
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
  open({ app, surface, region, user }: Who, { cohort, credential, account }: Opened = {}): string {
    const session = `${user}#${this.#nextSession++}`
    const sid = credential === undefined ? undefined : sidOf(credential)
    this.sessions.push({
      at: this.now(),
      session,
      app,
      surface,
      region,
      type: 'opened',
      user,
      ...(cohort === undefined ? {} : { cohort }),
      ...(sid === undefined ? {} : { sid }),
      ...(account === undefined ? {} : { account }),
    })
    return session
  }

  /** `cleared`: what its surface cleared, of one that was forced out. */
  end(
    session: string,
    { app, surface, region }: Who,
    type: Exclude<SessionEvent['type'], 'opened'>,
    cleared?: Cleared,
  ): void {
    this.sessions.push({
      at: this.now(),
      session,
      app,
      surface,
      region,
      type,
      ...(cleared?.trace === undefined ? {} : { trace: cleared.trace }),
    })
  }

  probe(session: string, { app, surface, region }: Who, at: number, accepted: boolean): void {
    this.deadSessionProbes.push({ at, session, app, surface, region, accepted })
  }
}
