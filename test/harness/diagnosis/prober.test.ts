import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Prober, type ProbeTarget } from '../../../harness/diagnosis/prober.ts'
import { eventually } from '../../services/app/world.ts'
import { startApp, startRaw } from '../crowd/support.ts'
import { targetAt } from './support.ts'

const now = () => performance.now()

/** A door that answers at once. */
async function startQuick() {
  const started = await startApp()
  const cookies: (string | undefined)[] = []
  started.app.all('*', ({ req }) => {
    cookies.push(req.header('cookie'))
    return new Response('', { status: 500 })
  })
  return { ...started, cookies }
}

describe('Prober', () => {
  test('looks at each target anonymously and signed in, in turn', async () => {
    await using quick = await startQuick()
    const credential = () => ({ cookie: 'sid=a' })
    const targets: ProbeTarget[] = [
      { ...targetAt(quick.door), credential },
      { ...targetAt(quick.door), app: 'photos', credential },
    ]
    await using prober = new Prober({ targets, now, everyMs: 20, perSecondMax: 1_000 })
    prober.start()
    const records = await eventually(() => (prober.records.length >= 8 ? prober.records : undefined))
    for (const app of ['feed', 'photos']) {
      const kinds = records.filter(each => each.app === app).map(({ kind }) => kind)
      expect(new Set(kinds)).toEqual(new Set(['anonymous', 'signed-in']))
    }
    expect(new Set(quick.cookies)).toEqual(new Set([undefined, 'sid=a']))
    expect(records[0]).toMatchObject({ region: 'us', outcome: { status: 500 }, at: expect.any(Number) })
  })

  test('visits anonymously as long as nobody is signed in', async () => {
    await using quick = await startQuick()
    const targets = [{ ...targetAt(quick.door), credential: () => undefined }]
    await using prober = new Prober({ targets, now, everyMs: 10, perSecondMax: 1_000 })
    prober.start()
    const records = await eventually(() => (prober.records.length >= 3 ? prober.records : undefined))
    expect(records.map(({ kind }) => kind)).not.toContain('signed-in')
  })

  test('is not held back by a door that hangs', async () => {
    await using hanging = await startRaw(() => {})
    await using quick = await startQuick()
    const targets = [targetAt(hanging.place.door), { ...targetAt(quick.door), app: 'photos' }]
    await using prober = new Prober({ targets, now, everyMs: 40, perSecondMax: 1_000, deadlineMs: 10_000 })
    prober.start()
    await eventually(() => (prober.records.length >= 5 ? true : undefined))
    expect(prober.records.map(({ app }) => app)).not.toContain('feed')
  })

  test('makes no more probes a second than it may, however many targets there are', async () => {
    await using quick = await startQuick()
    const targets = Array.from({ length: 50 }, () => targetAt(quick.door))
    await using prober = new Prober({ targets, now, everyMs: 1, perSecondMax: 20 })
    const startedAt = now()
    prober.start()
    await sleep(500)
    await prober.stop()
    const begun = prober.records.map(({ at }) => at).sort((a, b) => a - b)
    expect(begun.length).toBeGreaterThan(1)
    // Each has its place 50 ms behind the one before; one that is late does not put off the next. A timer may be 1 ms early.
    for (const [index, at] of begun.entries()) expect(at - startedAt).toBeGreaterThan(50 * index - 1)
  })

  test('leaves no connection and no record behind of what was under way when it stopped', async () => {
    let open = 0
    await using hanging = await startRaw(socket => {
      open += 1
      socket.once('close', () => {
        open -= 1
      })
    })
    const prober = new Prober({
      targets: [targetAt(hanging.place.door)],
      now,
      everyMs: 10,
      perSecondMax: 100,
    })
    prober.start()
    await eventually(() => (open >= 3 ? true : undefined))
    await prober.stop()
    await eventually(() => (open === 0 ? true : undefined))
    expect(prober.records).toEqual([])
    prober.start()
    await sleep(50)
    expect(open).toBe(0)
    await prober.stop()
  })

  test('does nothing without targets', async () => {
    await using prober = new Prober({ targets: [], now })
    prober.start()
    expect(prober.records).toEqual([])
  })

  test('does not take what is no door', () => {
    expect(() => new Prober({ targets: [targetAt('nonsense')], now })).toThrow(TypeError)
  })
})
