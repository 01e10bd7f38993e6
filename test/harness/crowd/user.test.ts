import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Client, Seen } from '../../../harness/crowd/client.ts'
import { Recorder } from '../../../harness/crowd/recorder.ts'
import { User } from '../../../harness/crowd/user.ts'
import { conservation } from '../../../harness/outcome/conservation.ts'
import { history } from '../outcome/build.ts'

const who = { app: 'feed', surface: 'web', region: 'us', user: 'ann' } as const
const served: Seen = { result: 'served' }

/** A user with a client whose answers are set by the test. */
function person() {
  const recorder = new Recorder()
  const end = new AbortController()
  const client = {
    signedIn: false as boolean,
    signIn: async (): Promise<Seen> => {
      client.signedIn = true
      return served
    },
    browse: async (): Promise<Seen> => served,
    signOut: async (): Promise<Seen> => {
      client.signedIn = false
      return served
    },
    revokeElsewhere: async () => {},
    probe: async () => false,
  } satisfies Client
  const user = new User(who, client, { recorder, random: () => 0, ended: end.signal })
  recorder.startClock(0)
  return {
    recorder,
    client,
    user,
    end: () => end.abort(),
    /** What the surface does when it forces its user out. */
    thrownOut: async (): Promise<Seen> => {
      client.signedIn = false
      return { result: 'signed-out' }
    },
    steps: () => recorder.sessions.map(({ session, type }) => `${session} ${type}`),
    activities: () => recorder.intents.map(({ activity, result }) => `${activity} ${result}`),
    books: () => {
      const alive = [{ app: 'feed', surface: 'web' as const, count: client.signedIn ? 1 : 0 }]
      return conservation(history({ sessions: recorder.sessions, alive }))
    },
  }
}

describe('User', () => {
  test('opens a session by signing in and ends it by signing out', async () => {
    const { user, steps, activities, books } = person()
    await user.signIn(0)
    expect(user.session).toBe('ann#1')
    await user.browse(1)
    await user.signOut()
    await user.signOut()
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 signed-out'])
    expect(activities()).toEqual(['sign-in served', 'browse served'])
    expect(books().problems).toEqual([])
  })

  test('has no session after a sign-in that failed, and no intent for one that nobody counts', async () => {
    const { user, client, steps, activities } = person()
    client.signIn = async () => ({ result: 'refused', told: 'try-later' })
    await user.signIn(0)
    expect(user.session).toBeUndefined()
    await user.signInQuietly()
    expect(steps()).toEqual([])
    expect(activities()).toEqual(['sign-in refused'])
  })

  test('keeps its session through errors', async () => {
    const { user, client, steps, books } = person()
    await user.signIn(0)
    for (const result of ['error', 'timeout', 'unreachable', 'lost', 'degraded'] as const) {
      client.browse = async () => ({ result })
      await user.browse(1)
    }
    expect(steps()).toEqual(['ann#1 opened'])
    expect(books().problems).toEqual([])
  })

  test('notes a forced logout once, however many requests were in flight', async () => {
    const { user, client, steps, books, thrownOut, end } = person()
    await user.signIn(0)
    const gate = Promise.withResolvers<void>()
    client.browse = async () => {
      await gate.promise
      return thrownOut()
    }
    client.signIn = async () => ({ result: 'error' })
    const looking = [user.browse(1), user.browse(2), user.browse(3)]
    gate.resolve()
    expect(await Promise.all(looking)).toEqual(looking.map(() => ({ result: 'signed-out' })))
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 forced-out'])
    expect(books().problems).toEqual([])
    end()
    await user.settled()
  })

  test('goes on intending to browse while it is out, and comes back with one session of its own', async () => {
    const { user, client, steps, activities, books, thrownOut } = person()
    await user.signIn(0)
    const { signIn } = client
    let tries = 0
    client.signIn = async () => {
      tries += 1
      return tries < 2 ? { result: 'refused', told: 'try-later' } : signIn()
    }
    client.browse = thrownOut
    await user.browse(1)
    client.browse = async () => served
    expect(await user.browse(2)).toEqual({ result: 'signed-out' })
    await user.settled()
    expect(await user.browse(3)).toEqual(served)
    // Long enough for a second way back, had there been one.
    await sleep(300)
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 forced-out', 'ann#2 opened'])
    expect(activities()).toEqual([
      'sign-in served',
      'browse signed-out',
      'browse signed-out',
      'sign-in refused',
      'sign-in served',
      'browse served',
    ])
    expect(books().problems).toEqual([])
  })

  test('waits longer before each try to come back', async () => {
    const { user, recorder, client, thrownOut, end } = person()
    await user.signIn(0)
    client.browse = thrownOut
    client.signIn = async () => ({ result: 'error' })
    await user.browse(1)
    await sleep(1_400)
    end()
    await user.settled()
    const [, ...tries] = recorder.intents.filter(({ activity }) => activity === 'sign-in').map(({ at }) => at)
    // 400 and 640 ms with the least of chance.
    const gaps = tries.map((at, index) => at - (tries[index - 1] ?? at))
    expect(tries.length).toBeGreaterThanOrEqual(2)
    expect(tries[0]).toBeGreaterThanOrEqual(398)
    expect(gaps[1]).toBeGreaterThanOrEqual(638)
  })

  test('stays away as long as it is told to', async () => {
    const { user, recorder, client, thrownOut, end } = person()
    await user.signIn(0)
    client.browse = thrownOut
    client.signIn = async () => ({ result: 'refused', told: 'try-later', retryAfterMs: 900 })
    await user.browse(1)
    await sleep(2_100)
    end()
    await user.settled()
    const [, first = 0, second = 0] = recorder.intents
      .filter(({ activity }) => activity === 'sign-in')
      .map(({ at }) => at)
    // Without a word it would be back after 640 ms, with the least of chance.
    expect(second - first).toBeGreaterThanOrEqual(898)
  })

  test('comes back as somebody new, a few times, as long as it is asked to come later', async () => {
    const { user, client, activities } = person()
    const { signIn } = client
    const later: Seen = { result: 'refused', told: 'try-later', retryAfterMs: 10 }
    client.signIn = async () => later
    expect(await user.signInPatiently(0)).toEqual(later)
    expect(activities()).toEqual(Array.from({ length: 4 }, () => 'sign-in refused'))
    client.signIn = async () => {
      client.signIn = signIn
      return later
    }
    expect(await user.signInPatiently(0)).toEqual(served)
    expect(activities().slice(4)).toEqual(['sign-in refused', 'sign-in served'])
  })

  test.each<[string, Seen]>([
    ['its password is called wrong', { result: 'refused', told: 'wrong-password' }],
    ['it sees an error', { result: 'error' }],
  ])('goes away as somebody new when %s', async (_, seen) => {
    const { user, client, activities } = person()
    client.signIn = async () => seen
    await user.signInPatiently(0)
    expect(activities()).toHaveLength(1)
  })

  test('goes away as somebody new when the run ends', async () => {
    const { user, client, activities, end } = person()
    client.signIn = async () => ({ result: 'refused', told: 'try-later', retryAfterMs: 60_000 })
    const trying = user.signInPatiently(0)
    await expect.poll(activities).toHaveLength(1)
    end()
    await trying
    expect(activities()).toHaveLength(1)
  })

  test('does not count an answer to an old session against the new one', async () => {
    const { user, client, steps, books, thrownOut } = person()
    await user.signIn(0)
    const gate = Promise.withResolvers<void>()
    client.browse = async () => {
      await gate.promise
      return { result: 'signed-out' }
    }
    const late = user.browse(1)
    client.browse = thrownOut
    await user.browse(2)
    await user.settled()
    gate.resolve()
    await late
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 forced-out', 'ann#2 opened'])
    expect(books().problems).toEqual([])
  })

  test('does not call a session forced out that was revoked', async () => {
    const { user, client, steps, books, end } = person()
    await user.signIn(0)
    expect(user.over('revoked')).toBe('ann#1')
    expect(user.over('revoked')).toBeUndefined()
    client.signedIn = false
    end()
    await user.browse(1)
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 revoked'])
    expect(books().problems).toEqual([])
  })

  test('calls a session expired that its surface clears when it has run out, and no other', async () => {
    const { user, client, steps, books, thrownOut } = person()
    await user.signIn(0)
    user.runsOutAt(Number.POSITIVE_INFINITY)
    const { browse } = client
    client.browse = thrownOut
    await user.browse(1)
    await user.settled()
    client.browse = browse
    user.runsOutAt(0)
    client.browse = thrownOut
    await user.browse(2)
    await user.settled()
    expect(user.isOver).toBe(true)
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 forced-out', 'ann#2 opened', 'ann#2 expired'])
    expect(books().problems).toEqual([])
  })

  test('does not come back with another session where its own runs out in the middle of a visit', async () => {
    const { user, client, steps, books, thrownOut } = person()
    await user.signIn(0)
    const gate = Promise.withResolvers<void>()
    client.browse = async () => {
      await gate.promise
      return thrownOut()
    }
    const visit = user.browse(1)
    user.over('expired')
    gate.resolve()
    await visit
    await user.settled()
    expect(client.signedIn).toBe(false)
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 expired'])
    expect(books().problems).toEqual([])
  })

  test('does not try to come back once the run has ended, but notes that it was forced out', async () => {
    const { user, client, steps, activities, books, thrownOut, end } = person()
    await user.signIn(0)
    client.browse = thrownOut
    end()
    await user.browse(1)
    await user.settled()
    expect(steps()).toEqual(['ann#1 opened', 'ann#1 forced-out'])
    expect(activities()).toEqual(['sign-in served', 'browse signed-out'])
    expect(books().problems).toEqual([])
  })

  test('records what a system does as calls', async () => {
    const { recorder, client } = person()
    const user = new User({ ...who, surface: 'api' }, client, {
      recorder,
      random: () => 0,
      ended: new AbortController().signal,
    })
    await user.signIn(0)
    await user.browse(1)
    expect(recorder.intents.map(({ activity }) => activity)).toEqual(['sign-in', 'api-call'])
  })

  test('records a refresh as an intent of its own', async () => {
    const { user, client, activities } = person()
    await user.signIn(0)
    Object.assign(client, { refresh: async () => ({ result: 'degraded' }) })
    await user.refresh(1)
    expect(activities()).toEqual(['sign-in served', 'refresh degraded'])
  })
})
