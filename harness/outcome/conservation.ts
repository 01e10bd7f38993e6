/**
 * Sessions do not vanish: what was opened is alive or has ended in one of four ways. The crowd's own count of what it
 * still holds is set against the events that it recorded, so a lost event, a double one or a lost session shows.
 * A run that does not balance is a harness error, never a verdict.
 */
import type { History, SessionEvent, Surface } from './history.ts'

export type SessionCounts = {
  opened: number
  alive: number
  signedOut: number
  expired: number
  revoked: number
  forcedOut: number
}

export type Conservation = SessionCounts & {
  /** True if nothing is wrong: `problems` is empty. */
  balanced: boolean
  /** What is wrong, in sentences for the person who has to find out why. */
  problems: string[]
  /** The same counts by app and surface, sorted. */
  accounts: (SessionCounts & { app: string; surface: Surface })[]
}

const counterOf = {
  opened: 'opened',
  'signed-out': 'signedOut',
  expired: 'expired',
  revoked: 'revoked',
  'forced-out': 'forcedOut',
} as const satisfies Record<SessionEvent['type'], keyof SessionCounts>

/** Checks that the sessions of a run add up, by app and surface and so in total, and that each lived one life. */
export function conservation(history: History): Conservation {
  const accounts = accountsOf(history)
  const total = noSessions()
  for (const account of accounts) {
    for (const counter of Object.keys(total) as (keyof SessionCounts)[]) total[counter] += account[counter]
  }
  const problems = [...aliveProblems(history), ...accounts.flatMap(balanceProblems), ...lifeProblems(history)]
  return { ...total, balanced: problems.length === 0, problems, accounts }
}

function noSessions(): SessionCounts {
  return { opened: 0, alive: 0, signedOut: 0, expired: 0, revoked: 0, forcedOut: 0 }
}

function accountsOf(history: History): Conservation['accounts'] {
  const accounts = new Map<string, Conservation['accounts'][number]>()
  const account = ({ app, surface }: { app: string; surface: Surface }) => {
    const name = `${app} ${surface}`
    const found = accounts.get(name) ?? { app, surface, ...noSessions() }
    accounts.set(name, found)
    return found
  }
  for (const event of history.sessions) account(event)[counterOf[event.type]] += 1
  for (const held of history.alive) account(held).alive += held.count
  return [...accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, found]) => found)
}

function aliveProblems(history: History): string[] {
  return history.alive
    .filter(({ count }) => !Number.isInteger(count) || count < 0)
    .map(({ app, surface, count }) => `${app} ${surface}: the crowd says that it holds ${count} sessions`)
}

function balanceProblems(account: Conservation['accounts'][number]): string[] {
  const { app, surface, opened, alive, signedOut, expired, revoked, forcedOut } = account
  const accounted = alive + signedOut + expired + revoked + forcedOut
  if (opened === accounted) return []
  return [
    `${app} ${surface}: ${opened} sessions opened, but ${accounted} accounted for ` +
      `(${alive} alive, ${signedOut} signed out, ${expired} expired, ${revoked} revoked, ${forcedOut} forced out)`,
  ]
}

function lifeProblems(history: History): string[] {
  const lives = Map.groupBy(
    history.sessions.toSorted((a, b) => a.at - b.at),
    event => event.session,
  )
  return [...lives].flatMap(([session, life]) =>
    problemsOfLife(life).map(problem => `session ${session}: ${problem}`),
  )
}

/** `life` is in order of time; events of the same instant stay in the order in which they were recorded. */
function problemsOfLife(life: readonly SessionEvent[]): string[] {
  const problems: string[] = []
  const opened = life.filter(event => event.type === 'opened')
  const ends = life.filter(event => event.type !== 'opened')
  const [first] = life
  if (opened.length > 1) problems.push(`opened ${opened.length} times, at ${timesOf(opened)}`)
  if (first !== undefined && first.type !== 'opened') {
    problems.push(`${first.type} at ${first.at} ms, before it was opened`)
  }
  if (ends.length > 1) {
    problems.push(
      `ended ${ends.length} times (${ends.map(event => event.type).join(', ')}), at ${timesOf(ends)}`,
    )
  }
  const homes = new Set(life.map(({ app, surface }) => `${app} ${surface}`))
  if (homes.size > 1) problems.push(`moved between ${[...homes].join(' and ')}`)
  return problems
}

function timesOf(events: readonly SessionEvent[]): string {
  return events.map(event => `${event.at} ms`).join(' and ')
}
