/**
 * From what a stack of processes used to what things cost in the simulation. Arithmetic.
 *
 * What a service uses while nobody is there (timers, polling) is the simulation's own to repeat, and is taken off; so are
 * password hashes, which have a cost of their own. The rest is divided among the requests that it served and the answers of
 * others that it read; of these an answer counts for so much of a request as in the shipped costs, since the two cannot be
 * told apart from outside.
 */
import type { Program } from '../topology.ts'
import { type Costs, usualCosts } from './costs.ts'

/** Of one service, over the time that was watched. */
export interface ServiceUse {
  program: Program
  /** Processor time, ms: with the crowd, and in as long a time without. */
  busyMs: number
  idleMs: number
  /** Requests that it served; of a database, transactions. */
  served: number
  /** Requests to others whose answers it read. */
  asked: number
}

interface Way {
  busyMs: number
  idleMs: number
  requests: number
}

export interface Use {
  services: readonly ServiceUse[]
  /** The fault proxy's processor time, ms, and the requests that went through it. */
  proxy: Way
  /** The crowd's, and the requests that it made. */
  crowd: Way
  /** Passwords that auth looked at. */
  hashed: number
  /** One password hash, and one start of a service, ms. */
  hashMs: number
  startMs: number
}

/** Fewer than that say nothing of a program; no more does what is lost in the kernel's clock, of 10 ms a tick. */
const servedMin = 20
const usedMsMin = 50
const answerShare = usualCosts.answerMs / usualCosts.requestMs.app
/** So that nothing is free, ms. */
const leastMs = 0.01

/** Programs of which too little was seen keep their shipped cost. */
export function costsOf({ services, proxy, crowd, hashed, hashMs, startMs }: Use): Costs {
  const requestMs: Record<Program, number> = { ...usualCosts.requestMs }
  for (const [program, own] of Map.groupBy(services, each => each.program)) {
    const sum = (pick: (use: ServiceUse) => number) => own.reduce((total, use) => total + pick(use), 0)
    const served = sum(use => use.served)
    if (served < servedMin) continue
    const hashesMs = program === 'auth' ? hashed * hashMs : 0
    const usedMs = sum(({ busyMs, idleMs }) => Math.max(0, busyMs - idleMs)) - hashesMs
    if (usedMs < usedMsMin) continue
    requestMs[program] = rounded(usedMs / (served + answerShare * sum(use => use.asked)))
  }
  return {
    requestMs,
    // There and back.
    hopMs: rounded(requestOf(proxy, 2 * usualCosts.hopMs) / 2),
    visitMs: rounded(requestOf(crowd, usualCosts.visitMs)),
    answerMs: rounded(answerShare * requestMs.app),
    hashMs: rounded(hashMs),
    startMs: rounded(startMs),
  }
}

/** What one request uses, ms; as shipped where there were too few. */
function requestOf({ busyMs, idleMs, requests }: Way, usualMs: number): number {
  return requests < servedMin ? usualMs : Math.max(0, busyMs - idleMs) / requests
}

function rounded(ms: number): number {
  return Math.max(leastMs, Number(ms.toFixed(3)))
}
