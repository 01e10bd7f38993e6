/**
 * Places for calls under way, shared by everything that a process calls.
 *
 * `bulkhead`: each dependency and purpose has places of its own, so that slow sign-ins never take those of session
 * checks, and one slow dependency never those of another; what finds none within a short wait is given up. Without it
 * there is one pool for everything, as with a shared connection pool: what is slow fills it, and all wait.
 */
import type { Purpose } from './call.ts'
import type { Mitigations } from './mitigations.ts'

/** Gives the place back. Calling it again does nothing. */
export type Release = () => void

export interface Places {
  /**
   * Takes a place for a call; undefined if there was none in time. Calls wait in the order in which they came, for no
   * longer than `limitMs`.
   */
  take(dependency: string, purpose: Purpose, limitMs: number): Promise<Release | undefined>
  /** What a call without a place fails with. */
  readonly failure: 'bulkhead-full' | 'timeout'
}

/** Places for each purpose, at one dependency. Most for what keeps users signed in. */
const ownPlaces: Record<Purpose, number> = { 'session-check': 16, refresh: 6, 'sign-in': 6, background: 4 }
/** Without bulkheads: as many as one dependency has in all, for everything. */
const commonPlaces = Object.values(ownPlaces).reduce((sum, places) => sum + places)
/** Long enough for a place that is about to come free, short beside any timeout. */
const ownWaitMs = 100

export function createPlaces(mitigations: Mitigations): Places {
  if (!mitigations.has('bulkhead')) {
    const pool = new Pool(commonPlaces)
    return { failure: 'timeout', take: (_dependency, _purpose, limitMs) => pool.take(limitMs) }
  }
  const pools = new Map<string, Pool>()
  return {
    failure: 'bulkhead-full',
    take(dependency, purpose, limitMs) {
      const key = `${dependency} ${purpose}`
      const pool = pools.get(key) ?? new Pool(ownPlaces[purpose])
      pools.set(key, pool)
      return pool.take(Math.min(limitMs, ownWaitMs))
    },
  }
}

/** A number of places and the line before them. */
class Pool {
  readonly #line = new Set<(release: Release | undefined) => void>()
  #free: number

  constructor(places: number) {
    this.#free = places
  }

  async take(limitMs: number): Promise<Release | undefined> {
    if (this.#free > 0) return this.#occupy()
    return new Promise(resolve => {
      const called = (release: Release | undefined) => {
        clearTimeout(timer)
        this.#line.delete(called)
        resolve(release)
      }
      const timer = setTimeout(() => called(undefined), limitMs)
      this.#line.add(called)
    })
  }

  #occupy(): Release {
    this.#free -= 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#free += 1
      const [next] = this.#line
      next?.(this.#occupy())
    }
  }
}
