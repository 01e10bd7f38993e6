import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { Generator } from '../../../harness/load/generator.ts'
import { type LoadPlan, loadPlanSchema } from '../../../harness/load/plan.ts'
import { startApp } from '../crowd/support.ts'

/** Where users sign in; `refuse` says of each attempt whether it is refused. */
async function startDoor(refuse: (user: string, tried: number) => boolean, takesMs = 0) {
  const attempts: string[] = []
  let inFlight = 0
  let inFlightMax = 0
  const app = new Hono()
  app.post('/sign-in', async context => {
    const user = String((await context.req.parseBody()).username)
    attempts.push(user)
    inFlight += 1
    inFlightMax = Math.max(inFlight, inFlightMax)
    if (takesMs > 0) await new Promise(resolve => setTimeout(resolve, takesMs))
    inFlight -= 1
    if (refuse(user, attempts.filter(each => each === user).length))
      return context.text('<p data-notice="try-later">', 503, { 'retry-after': '60' })
    context.header('set-cookie', 'sid=session; Path=/')
    return context.redirect('/', 303)
  })
  const started = await startApp(app)
  return { ...started, attempts, inFlightMax: () => inFlightMax, inFlight: () => inFlight }
}

function planFor(door: string, change: Partial<LoadPlan> = {}): LoadPlan {
  return loadPlanSchema.parse({
    behaviour: { kind: 'sign-in' },
    client: 'web',
    callers: ['ann', 'bob', 'eve'].map(username => ({
      door,
      host: 'feed.us.localhost',
      address: '10.200.0.1',
      username,
      password: 'secret',
    })),
    perSecond: 200,
    concurrencyMax: 10,
    timeoutMs: 1_000,
    maxMs: 60_000,
    ...change,
  })
}

describe('Generator', () => {
  test('lets everybody sign in once, and who is refused again at once', async () => {
    await using door = await startDoor((user, tried) => user === 'ann' && tried < 4)
    await using generator = new Generator(planFor(door.door, { concurrencyMax: 1 }))
    const running = generator.run()
    await expect.poll(() => generator.counts.well).toBe(3)
    generator.stop()
    await running
    // Whatever Retry-After said.
    expect(door.attempts).toEqual(['ann', 'ann', 'ann', 'ann', 'bob', 'eve'])
    expect(generator.counts).toEqual({ begun: 6, requests: 6, well: 3, inFlight: 0 })
  })

  test('never has more under way than it may', async () => {
    await using door = await startDoor(() => true, 30)
    await using generator = new Generator(planFor(door.door, { concurrencyMax: 2, perSecond: 1_000 }))
    const running = generator.run()
    await expect.poll(() => door.attempts.length).toBeGreaterThan(6)
    generator.stop()
    await running
    expect(door.inFlightMax()).toBe(2)
  })

  test('never begins more in a second than it may', async () => {
    await using door = await startDoor(() => true)
    const maxMs = 1_000
    await using generator = new Generator(planFor(door.door, { perSecond: 40, maxMs }))
    await generator.run()
    expect(door.attempts.length).toBeLessThanOrEqual(43)
    expect(door.attempts.length).toBeGreaterThan(4)
  })

  test('waits at its stop until nothing is under way', async () => {
    await using door = await startDoor(() => false, 300)
    await using generator = new Generator(planFor(door.door))
    const running = generator.run()
    await expect.poll(() => door.inFlight()).toBeGreaterThan(0)
    generator.stop()
    await running
    expect(door.inFlight()).toBe(0)
    expect(generator.counts.inFlight).toBe(0)
    expect(generator.counts.well).toBe(door.attempts.length)
  })

  test('ends by itself when its time is over', async () => {
    await using door = await startDoor(() => true)
    await using generator = new Generator(planFor(door.door, { maxMs: 100 }))
    const began = performance.now()
    await generator.run()
    expect(performance.now() - began).toBeGreaterThanOrEqual(99)
    const after = door.attempts.length
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(door.attempts.length).toBe(after)
  })
})

describe('loadPlanSchema', () => {
  test.each([
    ['http://10.0.0.1:80', '127.0.0.1'],
    ['http://localhost:80', '127.0.0.1'],
    ['http://127.0.0.1.example:80', '127.0.0.1'],
    ['http://example.com', '127.0.0.1'],
    ['nowhere', 'URL'],
  ])('refuses the door %s', (door, problem) => {
    expect(() => planFor(door)).toThrow(problem)
  })

  test('refuses more than any generator does', () => {
    expect(() => planFor('http://127.0.0.1:1', { perSecond: 2_001 })).toThrow('perSecond')
    expect(() => planFor('http://127.0.0.1:1', { maxMs: 600_001 })).toThrow('maxMs')
  })
})
