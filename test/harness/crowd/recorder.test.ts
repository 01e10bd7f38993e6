import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Recorder } from '../../../harness/crowd/recorder.ts'

const who = { app: 'feed', surface: 'web', region: 'us', user: 'ann' } as const

describe('Recorder', () => {
  test('puts what came before the clock was set at negative times, in its order', async () => {
    const recorder = new Recorder()
    const first = recorder.open(who)
    await sleep(30)
    recorder.end(first, who, 'revoked')
    await sleep(30)
    recorder.startClock(100)
    expect(recorder.now()).toBeLessThan(0)
    const [opened, revoked] = recorder.sessions
    expect(revoked?.at).toBeLessThanOrEqual(-128)
    expect((revoked?.at ?? 0) - (opened?.at ?? 0)).toBeGreaterThanOrEqual(28)
    await sleep(150)
    expect(recorder.now()).toBeGreaterThan(0)
  })

  test('gives every session a name of its own', () => {
    const recorder = new Recorder()
    const names = [recorder.open(who), recorder.open(who), recorder.open({ ...who, user: 'bob' })]
    expect(new Set(names).size).toBe(3)
  })

  test('writes down what a person was told only where somebody was told something', async () => {
    const recorder = new Recorder()
    recorder.startClock(0)
    await recorder.intent(who, 'sign-in', 5, async () => ({ result: 'refused', told: 'try-later' }))
    await recorder.intent(who, 'browse', 6, async () => ({ result: 'served' }))
    expect(recorder.intents).toEqual([
      {
        ...who,
        activity: 'sign-in',
        at: 5,
        latencyMs: expect.any(Number),
        result: 'refused',
        told: 'try-later',
      },
      { ...who, activity: 'browse', at: 6, latencyMs: expect.any(Number), result: 'served' },
    ])
  })
})
