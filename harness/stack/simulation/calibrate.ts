/** Watches a stack of processes with its crowd, and says what each service used for what it did. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashPassword } from '../../../services/auth/password.ts'
import { CrowdProcess } from '../../crowd/crowd-process.ts'
import { crowdStackOf } from '../../crowd/operator.ts'
import { everybody } from '../../crowd/population.ts'
import { HarnessError } from '../../errors.ts'
import { Ledger } from '../ledger.ts'
import { cpuMsOf, descendantsOf } from '../processes/proc.ts'
import type { Stack } from '../stack.ts'
import { internet } from '../topology.ts'
import type { Use } from './calibration.ts'

/** A service's first requests cost more than all others: they are let pass, ms. */
const warmMs = 4_000
const watchedMs = 12_000
const hashes = 25
const starts = 3
const proxy = 'proxy'

export interface WatchOptions {
  seed: number
  /** Told what goes on. */
  say(line: string): void
  /** Gives it up. */
  signal: AbortSignal
}

/** Rejects with HarnessError where there is nothing to read it from, and with something when it is given up. */
export async function useOf(stack: Stack, { seed, say, signal }: WatchOptions): Promise<Use> {
  say('what it uses while nobody is there')
  const idle = await between(stack, watchedMs, signal)
  const crowd = new CrowdProcess(stack.id, {
    stack: crowdStackOf(stack),
    // Nobody whose session is about to run out: that takes an owner of the store.
    groups: everybody().map(group => ({ ...group, nearExpiry: 0, expired: 0 })),
    seed,
    run: `calibrate-${randomBytes(2).toString('hex')}`,
    timelineMs: warmMs + watchedMs + 2_000,
  })
  const end = () => void crowd[Symbol.asyncDispose]()
  signal.addEventListener('abort', end, { once: true })
  let busy: Reading
  let hashed: number
  try {
    say('signing everybody in')
    await crowd.warmUp()
    await crowd.start()
    await sleep(warmMs, undefined, { signal })
    say('what it uses with its crowd')
    const from = crowd.now()
    busy = await between(stack, watchedMs, signal)
    hashed = passwordsIn(crowd, from)
  } finally {
    signal.removeEventListener('abort', end)
    await crowd[Symbol.asyncDispose]()
  }
  say('a hash, and a start')
  const served = (name: string) => busy.served.get(name) ?? 0
  return {
    services: stack.topology.services.map(({ name, program }) => ({
      program,
      busyMs: busy.cpuMs.get(name) ?? 0,
      idleMs: idle.cpuMs.get(name) ?? 0,
      served: served(name),
      asked: busy.asked.get(name) ?? 0,
    })),
    proxy: {
      busyMs: busy.cpuMs.get(proxy) ?? 0,
      idleMs: idle.cpuMs.get(proxy) ?? 0,
      requests: [...busy.asked.values()].reduce((sum, count) => sum + count, 0),
    },
    // It idles nowhere: it is there only while it is watched.
    crowd: { busyMs: busy.cpuMs.get('crowd') ?? 0, idleMs: 0, requests: busy.asked.get(internet) ?? 0 },
    hashed,
    hashMs: await median(hashes, () => timed(() => hashPassword('a password of some length'))),
    // The status page stands alone: nobody misses it.
    startMs: await median(starts, async () => {
      await stack.services.kill('status')
      return await timed(() => stack.services.start('status'))
    }),
  }
}

/** How many passwords were looked at since then, each of which costs a hash. Systems have none. */
function passwordsIn({ recorded }: CrowdProcess, from: number): number {
  return recorded.intents.filter(
    ({ activity, surface, at }) => activity === 'sign-in' && surface !== 'api' && at >= from,
  ).length
}

/** By service: what it used, what it served, and what it asked of others. */
interface Reading {
  cpuMs: Map<string, number>
  served: Map<string, number>
  asked: Map<string, number>
}

async function between(stack: Stack, ms: number, signal: AbortSignal): Promise<Reading> {
  const before = await readingOf(stack)
  await sleep(ms, undefined, { signal })
  const after = await readingOf(stack)
  const less = (kind: keyof Reading) =>
    new Map([...after[kind]].map(([name, value]) => [name, value - (before[kind].get(name) ?? 0)]))
  return { cpuMs: less('cpuMs'), served: less('served'), asked: less('asked') }
}

async function readingOf(stack: Stack): Promise<Reading> {
  const cpuMs = new Map<string, number>()
  for (const entry of new Ledger(stack.id).entries()) {
    if (entry.kind !== 'process') continue
    const used = [entry.pid, ...descendantsOf(entry.pid)].map(cpuMsOf)
    const sum = used.reduce<number>((total, each) => total + (each ?? 0), 0)
    if (used[0] !== undefined) cpuMs.set(entry.service, sum)
  }
  if (!cpuMs.has(proxy))
    throw new HarnessError('no processor time of the services can be read: that takes Linux, and its /proc')
  const served = new Map<string, number>()
  const asked = new Map<string, number>()
  const evidence = await stack.proxy.evidence()
  for (const { name, from, to } of stack.links) {
    const requests = evidence[name]?.upstreamRequests ?? 0
    served.set(to, (served.get(to) ?? 0) + requests)
    asked.set(from, (asked.get(from) ?? 0) + requests)
  }
  for (const [name, database] of Object.entries(stack.databases)) {
    const [row] = await database.query<{ count: string }>(
      'SELECT sum(xact_commit + xact_rollback) AS count FROM pg_stat_database',
    )
    served.set(name, Number(row?.count ?? 0))
  }
  return { cpuMs, served, asked }
}

/** How long it takes, ms. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Of what several tries give. */
async function median(tries: number, one: () => Promise<number>): Promise<number> {
  const given: number[] = []
  for (let index = 0; index < tries; index += 1) given.push(await one())
  return given.toSorted((a, b) => a - b)[tries >> 1] ?? Number.NaN
}
