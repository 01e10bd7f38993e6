import { delay, HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { type Call, CallFailed, createCaller } from '../../../services/common/caller.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

const base = 'http://dependency.test'
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const call: Call = { path: '/', timeoutMs: 2_000, purpose: 'session-check' }

function callerWith(...names: Mitigation[]) {
  const mitigations = new Set(names)
  const places = createPlaces(mitigations)
  return createCaller({
    endpoints: () => [base],
    name: 'dependency',
    fetch,
    log: () => {},
    mitigations,
    places,
  })
}

/** A dependency that answers as told, and counts. */
function dependency(answer: (request: number) => Response | Promise<Response>) {
  const seen = { requests: 0 }
  server.use(
    http.all(`${base}/*`, () => {
      seen.requests += 1
      return answer(seen.requests)
    }),
  )
  return seen
}

const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    error => (error instanceof CallFailed ? error.kind : `not a CallFailed: ${error}`),
  )

/** Retries that the passing of time has brought. */
const earnedSince = (ms: number) => Math.ceil((3 * (Date.now() - ms)) / 1_000)

describe('createCaller', () => {
  test.each([
    ['timeout', () => delay(500).then(() => HttpResponse.text('late'))],
    ['server-error', () => new HttpResponse(null, { status: 503 })],
    ['overloaded', () => new HttpResponse(null, { status: 429 })],
    ['unreachable', () => HttpResponse.error()],
  ])('says %s', async (kind, answer) => {
    dependency(answer)
    expect(await kindOf(callerWith().call({ ...call, timeoutMs: 250 }))).toBe(kind)
  })

  test('gives a 4xx as an answer: what it means is for the caller to say', async () => {
    dependency(() => HttpResponse.json({ error: 'nope' }, { status: 404 }))
    expect(await callerWith().call(call)).toMatchObject({ status: 404, text: '{"error":"nope"}' })
  })

  test('without mitigations tries once more, at once, every time', async () => {
    const seen = dependency(() => new HttpResponse(null, { status: 500 }))
    const caller = callerWith()
    for (let index = 0; index < 20; index += 1) await kindOf(caller.call(call))
    expect(seen.requests).toBe(40)
  })

  test('retry-budget: retries help with a stumble and stay a small share of a breakdown', async () => {
    const stumble = dependency(request => new HttpResponse(null, { status: request === 1 ? 500 : 200 }))
    expect((await callerWith('retry-budget').call(call)).status).toBe(200)
    expect(stumble.requests).toBe(2)

    server.resetHandlers()
    const breakdown = dependency(() => new HttpResponse(null, { status: 500 }))
    const caller = callerWith('retry-budget')
    const began = Date.now()
    for (let index = 0; index < 40; index += 1) await kindOf(caller.call(call))
    // 40 calls, 5 retries saved up, one more earned per ten calls, and three a second.
    expect(breakdown.requests).toBeGreaterThan(40)
    expect(breakdown.requests).toBeLessThanOrEqual(40 + 5 + 4 + earnedSince(began))
  })

  test("retry-budget: is the process's, so that many calls at once share it", async () => {
    const breakdown = dependency(() => new HttpResponse(null, { status: 500 }))
    const caller = callerWith('retry-budget')
    const began = Date.now()
    // 20 at once: as many as find a place.
    for (let round = 0; round < 10; round += 1)
      await Promise.all(Array.from({ length: 20 }, () => kindOf(caller.call(call))))
    expect(breakdown.requests).toBeGreaterThan(200)
    expect(breakdown.requests).toBeLessThanOrEqual(200 + 5 + 20 + earnedSince(began))
  })

  test.each([
    ['longer than the deadline forbids the retry', '5', 1],
    ['in the past allows it', new Date(0).toUTCString(), 2],
    ['that makes no sense says nothing', 'soon', 2],
  ])('retry-budget: a Retry-After %s', async (_, retryAfter, requests) => {
    const seen = dependency(
      () => new HttpResponse(null, { status: 503, headers: { 'retry-after': retryAfter } }),
    )
    expect(await kindOf(callerWith('retry-budget').call(call))).toBe('server-error')
    expect(seen.requests).toBe(requests)
  })

  test('a failure carries the status and how long it was asked to wait', async () => {
    dependency(() => new HttpResponse(null, { status: 429, headers: { 'retry-after': '3' } }))
    const failure = await callerWith()
      .call(call)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ kind: 'overloaded', status: 429, retryAfterMs: 3_000 })
  })

  test('retry-budget: gives up at a deadline instead of waiting for two full timeouts', async () => {
    dependency(() => delay(2_000).then(() => HttpResponse.text('late')))
    const began = performance.now()
    expect(await kindOf(callerWith('retry-budget').call({ ...call, timeoutMs: 400 }))).toBe('timeout')
    const withDeadlineMs = performance.now() - began
    const again = performance.now()
    expect(await kindOf(callerWith().call({ ...call, timeoutMs: 400 }))).toBe('timeout')
    expect(withDeadlineMs).toBeLessThan(performance.now() - again)
  })

  test('circuit-breaker: stops asking after five failures in a row, and asks again later with one probe', async () => {
    let healthy = false
    const seen = dependency(async () => {
      await delay(20)
      return new HttpResponse(null, { status: healthy ? 200 : 500 })
    })
    const caller = callerWith('circuit-breaker', 'retry-budget')
    for (let index = 0; index < 30; index += 1) await kindOf(caller.call(call))
    expect(await kindOf(caller.call(call))).toBe('circuit-open')
    expect(seen.requests).toBe(5)

    healthy = true
    await new Promise(resolve => setTimeout(resolve, 600))
    const results = await Promise.all(Array.from({ length: 5 }, () => kindOf(caller.call(call))))
    expect(results.toSorted()).toEqual(['answered', ...Array.from({ length: 4 }, () => 'circuit-open')])
    expect(seen.requests).toBe(6)
    expect(await kindOf(caller.call(call))).toBe('answered')
  })

  test.each([
    ['404, a plain no', 404, {}],
    ['429, said of one user by a dependency that is up', 429, { 'retry-after': '5' }],
  ])('circuit-breaker: does not open for a %s', async (_, status, headers) => {
    const seen = dependency(() => new HttpResponse(null, { status, headers }))
    const caller = callerWith('circuit-breaker', 'retry-budget')
    for (let index = 0; index < 30; index += 1) await kindOf(caller.call(call))
    expect(seen.requests).toBe(30)
  })
})
