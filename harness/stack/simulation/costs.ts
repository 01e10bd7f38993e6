/**
 * What things cost in virtual time, ms.
 *
 * Those that are shipped are estimates, made to fit what a request through a whole stack of `processes` costs on two cores:
 * about 5 ms, of which the fault proxy and the crowd have some 2. `firebreak calibrate` measures those of a machine.
 */
import type { Program } from '../topology.ts'

export interface Costs {
  /** From one end of a link to the other, through the fault proxy. */
  hopMs: number
  /** A service's own work for one request, before it asks anybody else. */
  requestMs: Readonly<Record<Program, number>>
  /** What it costs a service to read an answer of another. */
  answerMs: number
  /** One password hash, on a thread of its own. */
  hashMs: number
  /** From the start of a process until its program begins. */
  startMs: number
  /** What a request costs the crowd itself, where cores are counted. */
  visitMs: number
  /** Cores that all share: services, fault proxy and crowd. Undefined: everybody has one of their own. */
  cores?: number | undefined
}

export const usualCosts: Costs = {
  hopMs: 0.3,
  requestMs: {
    postgres: 0.15,
    config: 0.6,
    auth: 0.9,
    app: 1,
    edge: 0.6,
    status: 0.8,
    cache: 0.3,
    audit: 0.3,
  },
  answerMs: 0.15,
  hashMs: 2.5,
  startMs: 400,
  visitMs: 0.6,
}

/** Threads of a process beside its event loop. Node has four, but the machine has two cores for everything. */
export const threads = 2
