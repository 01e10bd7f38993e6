import { describe, expect, test } from 'vitest'
import { AuditTrail, bufferMax } from '../../../services/auth/audit-trail.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'

const event = { at: 1, from: 'feed', what: '/sign-in', status: 200 }

/** A sink that hangs until it is told to take what it gets. */
function start(mitigations: readonly Mitigation[] = []) {
  const taken: unknown[] = []
  const held: (() => void)[] = []
  let hangs = true
  const answer = (init: RequestInit | undefined) => {
    taken.push(...JSON.parse(String(init?.body)).events)
    return new Response(null, { status: 204 })
  }
  const fetch = async (_url: unknown, init?: RequestInit) => {
    if (hangs) await new Promise<void>(resolve => held.push(resolve))
    return answer(init)
  }
  const trail = new AuditTrail({
    url: 'http://audit',
    fetch: fetch as typeof globalThis.fetch,
    mitigations: new Set(mitigations),
    log: () => {},
  })
  const release = () => {
    hangs = false
    for (const resolve of held.splice(0)) resolve()
  }
  return { trail, taken, release }
}

/** Whether it is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  const later = new Promise(resolve => setTimeout(resolve, 20, pending))
  return (await Promise.race([promise, later])) !== pending
}

async function filled(trail: AuditTrail) {
  for (let n = 0; n < bufferMax; n += 1) await trail.note(event)
}

describe('the audit trail', () => {
  test('makes nobody wait while there is room, however the sink does', async () => {
    const { trail, taken, release } = start()
    await filled(trail)
    release()
    await expect.poll(() => taken.length).toBe(bufferMax)
  })

  test('makes everybody wait once it is full, and loses nothing', async () => {
    const { trail, taken, release } = start()
    await filled(trail)
    const late = [trail.note(event), trail.note(event)]
    expect(await isSettled(Promise.race(late))).toBe(false)
    release()
    await Promise.all(late)
    await expect.poll(() => taken.length).toBe(bufferMax + 2)
    expect(trail.dropped).toBe(0)
  })

  test('drops what has no room where the sink has a bulkhead, and nobody waits', async () => {
    const { trail, taken, release } = start(['bulkhead'])
    await filled(trail)
    expect(await isSettled(trail.note(event))).toBe(true)
    expect(trail.dropped).toBe(1)
    release()
    await expect.poll(() => taken.length).toBe(bufferMax)
  })

  test('sends again what did not arrive', async () => {
    const taken: unknown[] = []
    let failures = 2
    const fetch = async (_url: unknown, init?: RequestInit) => {
      failures -= 1
      if (failures >= 0) throw new TypeError('fetch failed')
      taken.push(...JSON.parse(String(init?.body)).events)
      return new Response(null, { status: 204 })
    }
    const trail = new AuditTrail({
      url: 'http://audit',
      fetch: fetch as typeof globalThis.fetch,
      mitigations: new Set(),
      log: () => {},
    })
    await trail.note(event)
    await expect.poll(() => taken).toEqual([event])
  })

  test('lets go of everybody when it is stopped', async () => {
    const { trail } = start()
    await filled(trail)
    const late = trail.note(event)
    trail.stop()
    expect(await isSettled(late)).toBe(true)
  })
})
