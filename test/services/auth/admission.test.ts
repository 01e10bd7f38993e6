import { describe, expect, test } from 'vitest'
import {
  Admission,
  type AdmissionLimits,
  decideAdmission,
  limitsOf,
  type Priority,
  Shed,
} from '../../../services/auth/admission.ts'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { startAuthWithUser } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

const limits: AdmissionLimits = {
  places: { 'session-check': 4, refresh: 3, 'sign-in': 2 },
  queue: 3,
  queueMs: 10_000,
  callerPlaces: 2,
  callerQueue: 2,
}
const idle = { held: 0, heldByCaller: 0, queued: 0, queuedByCaller: 0, lowestQueued: undefined }
const full = { ...idle, held: 4 }

describe('what comes of a request', () => {
  test.each([
    ['anything, when idle', idle, 'sign-in', 'admit'],
    ['a session check, for the last place', { ...idle, held: 3 }, 'session-check', 'admit'],
    ['a refresh, when the last place is kept free', { ...idle, held: 3 }, 'refresh', 'queue'],
    ['a sign-in, when the last two are kept free', { ...idle, held: 2 }, 'sign-in', 'queue'],
    ['a session check, when all is taken', full, 'session-check', 'queue'],
    ['a caller with its share of places', { ...idle, held: 2, heldByCaller: 2 }, 'session-check', 'queue'],
    [
      'a caller with its share of the queue',
      { ...full, queued: 2, queuedByCaller: 2 },
      'session-check',
      'shed',
    ],
    [
      'a session check over a sign-in',
      { ...full, queued: 3, lowestQueued: 'sign-in' },
      'session-check',
      'displace',
    ],
    [
      'a session check over a refresh',
      { ...full, queued: 3, lowestQueued: 'refresh' },
      'session-check',
      'displace',
    ],
    ['a refresh over a sign-in', { ...full, queued: 3, lowestQueued: 'sign-in' }, 'refresh', 'displace'],
    ['a sign-in among sign-ins', { ...full, queued: 3, lowestQueued: 'sign-in' }, 'sign-in', 'shed'],
    ['a sign-in among refreshes', { ...full, queued: 3, lowestQueued: 'refresh' }, 'sign-in', 'shed'],
    [
      'a refresh among session checks',
      { ...full, queued: 3, lowestQueued: 'session-check' },
      'refresh',
      'shed',
    ],
  ] as const)('%s', (_title, load, priority, decision) => {
    expect(decideAdmission(load, priority, limits)).toBe(decision)
  })

  test.each<[string, Mitigation[], Partial<Record<Priority, string>>]>([
    ['without mitigations', [], { 'session-check': 'admit', 'sign-in': 'admit' }],
    ['with a bulkhead alone', ['bulkhead'], { 'session-check': 'shed', 'sign-in': 'shed' }],
    ['with load shedding alone', ['load-shedding'], { 'session-check': 'displace', 'sign-in': 'shed' }],
  ])('%s, under a caller that holds everything', (_title, mitigations, decisions) => {
    const many = 100_000
    const load = { held: many, heldByCaller: many, queued: many, queuedByCaller: many }
    for (const [priority, decision] of Object.entries(decisions))
      expect(
        decideAdmission(
          { ...load, lowestQueued: 'sign-in' },
          priority as Priority,
          limitsOf(new Set(mitigations)),
        ),
      ).toBe(decision)
  })
})

/** Work that ends when it is told to, and the order in which it began. */
function jobs(admission: Admission) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string, priority: Priority, caller: string) =>
    admission
      .run(priority, caller, () => {
        begun.push(name)
        return new Promise<void>(resolve => ends.set(name, resolve))
      })
      .then(
        () => 'done',
        (error: unknown) => (error instanceof Shed ? 'shed' : 'failed'),
      )
  const end = async (name: string) => {
    ends.get(name)?.()
    await settled()
  }
  return { begun, start, end }
}
const settled = () => new Promise(resolve => setImmediate(resolve))

describe('places', () => {
  test('that become free go to session checks before refreshes before sign-ins', async () => {
    const { begun, start, end } = jobs(new Admission({ ...limits, callerPlaces: 99, callerQueue: 99 }))
    for (const name of ['1', '2', '3', '4']) void start(name, 'session-check', 'a')
    void start('sign-in', 'sign-in', 'b')
    void start('refresh', 'refresh', 'c')
    void start('check', 'session-check', 'd')
    await settled()
    expect(begun).toEqual(['1', '2', '3', '4'])
    for (const name of ['1', '2', '3', '4']) await end(name)
    expect(begun.slice(4)).toEqual(['check', 'refresh'])
    // A sign-in waits until fewer than its own places are taken.
    await end('check')
    expect(begun.slice(4)).toEqual(['check', 'refresh', 'sign-in'])
  })

  test('go by importance even where all could have them', async () => {
    const places = { 'session-check': 1, refresh: 1, 'sign-in': 1 }
    const { begun, start, end } = jobs(new Admission({ ...limits, places }))
    void start('first', 'sign-in', 'a')
    void start('sign-in', 'sign-in', 'b')
    void start('refresh', 'refresh', 'c')
    void start('check', 'session-check', 'd')
    await settled()
    for (const name of ['first', 'check', 'refresh']) await end(name)
    expect(begun).toEqual(['first', 'check', 'refresh', 'sign-in'])
  })

  test('in the queue are lost by the least important, the last that came first', async () => {
    const { start, end, begun } = jobs(new Admission({ ...limits, callerPlaces: 99, callerQueue: 99 }))
    for (const name of ['1', '2', '3', '4']) void start(name, 'session-check', 'a')
    const results = ['s1', 's2', 's3'].map(name => start(name, 'sign-in', 'b'))
    expect(await start('s4', 'sign-in', 'b')).toBe('shed')
    const refreshed = start('r1', 'refresh', 'c')
    expect(await results[2]).toBe('shed')
    const checks = ['c1', 'c2', 'c3'].map(name => start(name, 'session-check', 'd'))
    expect(await Promise.all([results[1], results[0], refreshed])).toEqual(['shed', 'shed', 'shed'])
    expect(await start('c4', 'session-check', 'e')).toBe('shed')
    for (const name of ['1', '2', '3', '4', 'c1', 'c2', 'c3']) await end(name)
    expect(await Promise.all(checks)).toEqual(['done', 'done', 'done'])
    expect(begun).toEqual(['1', '2', '3', '4', 'c1', 'c2', 'c3'])
  })

  test('are not all had by one greedy caller', async () => {
    const { begun, start, end } = jobs(new Admission(limits))
    const greedy = Array.from({ length: 20 }, (_, n) => start(`greedy ${n}`, 'session-check', 'greedy'))
    expect(await Promise.all(greedy.slice(4))).toEqual(Array(16).fill('shed'))
    void start('modest 0', 'session-check', 'modest')
    void start('modest 1', 'session-check', 'modest')
    await settled()
    expect(begun).toEqual(['greedy 0', 'greedy 1', 'modest 0', 'modest 1'])
    // What the greedy one has waiting does not come before another's.
    const other = start('other', 'session-check', 'other')
    await end('modest 0')
    expect(begun.at(-1)).toBe('other')
    await end('other')
    expect(await other).toBe('done')
  })

  test('are given back by work that fails', async () => {
    const admission = new Admission({ ...limits, queue: 0 })
    for (let turn = 0; turn < 10; turn += 1)
      await expect(
        admission.run('sign-in', 'a', async () => {
          throw new StoreUnavailable('away')
        }),
      ).rejects.toThrow(StoreUnavailable)
    expect(await admission.run('sign-in', 'a', async () => 'done')).toBe('done')
  })

  test('are not waited for longer than the limit', async () => {
    const { start, end } = jobs(new Admission({ ...limits, queueMs: 5 }))
    const first = [start('1', 'sign-in', 'a'), start('2', 'sign-in', 'a')]
    expect(await start('3', 'sign-in', 'b')).toBe('shed')
    await end('1')
    await end('2')
    expect(await Promise.all(first)).toEqual(['done', 'done'])
  })
})

describe('an auth whose store hangs', () => {
  /** Sends what each mitigation would let through, and gives the number answered at once. */
  async function answeredWhileHanging(mitigations: Mitigation[], requests: number) {
    const store = createMemoryStore()
    const auth = await startAuthWithUser({ store, mitigations })
    const { session } = await auth.signIn('web')
    let release = () => {}
    const hanging = new Promise<undefined>(resolve => {
      release = () => resolve(undefined)
    })
    store.findSession = () => hanging
    const answers = Array.from({ length: requests }, () => auth.form('/introspect', { token: session }))
    const first = await Promise.race([Promise.any(answers), settledTwice()])
    const shed = first && (await Promise.all(answers.slice(-10)))
    release()
    await Promise.all(answers)
    return shed
  }
  const settledTwice = async () => {
    for (let turn = 0; turn < 20; turn += 1) await settled()
    return undefined
  }

  test('takes everything without mitigations', async () => {
    expect(await answeredWhileHanging([], 300)).toBeUndefined()
  })

  test.each([['load-shedding'], ['bulkhead']] as Mitigation[][])(
    'turns the rest away with %s',
    async mitigation => {
      const shed = (await answeredWhileHanging([mitigation], 300)) ?? []
      expect(shed).toHaveLength(10)
      for (const { status, body, headers } of shed) {
        expect([status, body]).toEqual([503, { error: 'temporarily_unavailable' }])
        expect(headers.get('retry-after')).toBe('1')
      }
    },
  )
})
