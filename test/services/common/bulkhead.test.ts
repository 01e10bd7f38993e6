import { describe, expect, test } from 'vitest'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { CallFailed, createCaller, type Purpose } from '../../../services/common/caller.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

/**
 * A process that calls two dependencies: `auth`, where sign-ins hang until their timeout and all else is answered at
 * once, and `other`, which is well.
 */
function processWith(...names: Mitigation[]) {
  const mitigations = new Set(names)
  const places = createPlaces(mitigations)
  const seen = { signIns: 0 }
  const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    if (!String(url).endsWith('/sign-in')) return new Response('ok')
    seen.signIns += 1
    return new Promise((_, reject) =>
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
    )
  }
  const callerOf = (name: string) =>
    createCaller({
      endpoints: () => [`http://${name}.test`],
      name,
      fetch,
      log: () => {},
      mitigations,
      places,
    })
  const callers = { auth: callerOf('auth'), other: callerOf('other') }
  const call = async (to: 'auth' | 'other', purpose: Purpose, timeoutMs = 200) => {
    const began = performance.now()
    const result = await callers[to].call({ path: `/${purpose}`, purpose, timeoutMs }).then(
      answer => answer.text,
      error => (error instanceof CallFailed ? error.kind : `not a CallFailed: ${error}`),
    )
    return { result, tookMs: performance.now() - began }
  }
  return { call, seen }
}

const manySignIns = (call: ReturnType<typeof processWith>['call']) =>
  Array.from({ length: 60 }, () => call('auth', 'sign-in', 600))

describe('places', () => {
  test('without bulkhead slow sign-ins take all places, and session checks and other dependencies starve', async () => {
    const { call, seen } = processWith('retry-budget')
    const signIns = manySignIns(call)
    const starved = await Promise.all([call('auth', 'session-check'), call('other', 'background')])
    expect(starved.map(({ result }) => result)).toEqual(['timeout', 'timeout'])
    for (const { tookMs } of starved) expect(tookMs).toBeGreaterThanOrEqual(195)
    expect(seen.signIns).toBeLessThan(60)
    await Promise.all(signIns)
    expect(await call('auth', 'session-check')).toMatchObject({ result: 'ok' })
  })

  test('bulkhead: slow sign-ins hold only their own places, and what finds none is told soon', async () => {
    const { call, seen } = processWith('bulkhead', 'retry-budget')
    const signIns = manySignIns(call)
    for (const [to, purpose] of [
      ['auth', 'session-check'],
      ['auth', 'refresh'],
      ['other', 'background'],
    ] as const) {
      expect(await call(to, purpose)).toMatchObject({ result: 'ok' })
    }
    const late = await call('auth', 'sign-in', 600)
    expect(late.result).toBe('bulkhead-full')
    expect(late.tookMs).toBeLessThan(600)
    const held = seen.signIns
    expect(held).toBeGreaterThan(0)
    const results = (await Promise.all(signIns)).map(({ result }) => result)
    expect(results.filter(result => result === 'bulkhead-full')).toHaveLength(60 - held)
    expect(results.filter(result => result === 'timeout')).toHaveLength(held)
  })

  test('bulkhead: one dependency cannot take the places of another', async () => {
    const places = createPlaces(new Set(['bulkhead']))
    while (await places.take('auth', 'sign-in', 5)) {}
    expect(await places.take('other', 'sign-in', 5)).toBeTypeOf('function')
  })

  test.each([[['bulkhead']], [[]]] as [Mitigation[]][])(
    'a place given back goes to who waited longest, once (%j)',
    async names => {
      const places = createPlaces(new Set(names))
      const take = (limitMs: number) => places.take('auth', 'background', limitMs)
      const held = []
      for (let release = await take(5); release; release = await take(5)) held.push(release)
      const order: string[] = []
      const first = take(1_000).then(release => order.push(`first ${release ? 'got it' : 'gave up'}`))
      const second = take(1_000).then(release => order.push(`second ${release ? 'got it' : 'gave up'}`))
      held[0]?.()
      held[0]?.()
      await first
      expect(order).toEqual(['first got it'])
      held[1]?.()
      await second
      expect(order).toEqual(['first got it', 'second got it'])
      expect(await take(5)).toBeUndefined()
    },
  )
})
