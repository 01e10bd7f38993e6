import { describe, expect, test } from 'vitest'
import {
  attributionOf,
  type Refusal,
  type Standing,
  sentenceOf,
} from '../../../harness/outcome/attribution.ts'
import type { SessionEvent } from '../../../harness/outcome/history.ts'
import { session, usualFault } from './build.ts'

const lost = (name: string, at: number, trace?: string): SessionEvent[] =>
  session(name, 0, { at, type: 'forced-out' }).map(event =>
    event.type === 'forced-out' && trace !== undefined ? { ...event, trace } : event,
  )
const timedOut: Refusal = {
  service: 'feed',
  reason: 'timeout',
  hops: [
    { to: 'auth', path: '/introspect', status: 500, failure: 'server-error' },
    { to: 'auth', path: '/introspect', failure: 'timeout' },
  ],
}
const revoked: Refusal[] = [
  { service: 'feed', reason: 'inactive', hops: [{ to: 'auth', path: '/introspect', status: 200 }] },
  { service: 'auth-2', reason: 'inactive: the session was revoked', hops: [] },
]
const of = (
  sessions: SessionEvent[],
  refusals: [string, Refusal[]][] = [],
  standings: [string, Standing][] = [],
  faults = [usualFault],
) => attributionOf({ sessions, faults }, new Map(refusals), new Map(standings))

describe('attribution', () => {
  test('is the chain from the fault to the credential, the same ways together, the most frequent first', () => {
    const sessions = [...lost('a', 4_100, 't1'), ...lost('b', 5_000, 't2'), ...lost('c', 6_000, 't3')]
    const refusals: [string, Refusal[]][] = [
      ['t1', revoked],
      ['t2', [timedOut]],
      ['t3', [timedOut]],
    ]
    expect(
      of(sessions, refusals, [
        ['a', 'revoked'],
        ['b', 'valid'],
      ]),
    ).toEqual([
      {
        app: 'feed',
        surface: 'web',
        faults: ['latency at auth'],
        hop: 'feed -> auth',
        answer: 'timeout',
        decision: 'timeout',
        auth: null,
        sessions: 2,
        avoidable: 1,
        unknown: 1,
      },
      {
        app: 'feed',
        surface: 'web',
        faults: ['latency at auth'],
        hop: 'feed -> auth',
        answer: '200',
        decision: 'inactive',
        auth: 'inactive: the session was revoked',
        sessions: 1,
        avoidable: 0,
        unknown: 0,
      },
    ])
  })

  test('blames only faults that were on, or had just gone', () => {
    const faultsAt = (at: number) => of(lost('a', at)).map(({ faults }) => faults)
    expect(faultsAt(3_999)).toEqual([[]])
    expect(faultsAt(4_000)).toEqual([['latency at auth']])
    expect(faultsAt(8_900)).toEqual([['latency at auth']])
    expect(faultsAt(9_100)).toEqual([[]])
  })

  test('says so where nothing is known, and counts only sessions that were forced out', () => {
    const others = ['signed-out', 'expired', 'revoked'] as const
    const sessions = others.flatMap(type => session(type, 0, { at: 5_000, type }))
    expect(of(sessions)).toEqual([])
    expect(of(lost('a', 5_000))).toMatchObject([
      { hop: null, answer: null, decision: null, auth: null, unknown: 1 },
    ])
  })

  test('reads as a sentence', () => {
    const [way] = of(lost('a', 5_000, 't'), [['t', revoked]], [['a', 'valid']])
    expect(way && sentenceOf(way)).toBe(
      'latency at auth: feed -> auth came to 200, auth said "inactive: the session was revoked", feed took it for "inactive"; 1 web session cleared, 1 of them still valid at auth',
    )
  })
})
