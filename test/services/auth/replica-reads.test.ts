import { describe, expect, test } from 'vitest'
import { StoreUnavailable } from '../../../services/auth/store.ts'
import { startAuth } from './helpers.ts'
import { createMemoryStore } from './store-memory.ts'

/** An auth with a user who has just signed in, whose replica has not heard of it yet. */
async function startBehind(mitigations: readonly 'tri-state-auth-result'[]) {
  const replica = createMemoryStore()
  const auth = startAuth({ replica, mitigations })
  await auth.createUsers('user', 1)
  const { session } = await auth.signIn('web')
  return { auth, replica, session }
}

describe('an auth that reads sessions from a replica', () => {
  test('takes its "no" for an answer', async () => {
    const { auth, session } = await startBehind([])
    expect(await auth.introspect(session)).toEqual({ active: false })
  })

  test('asks again where it was written, where a "no" is no proof', async () => {
    const { auth, session } = await startBehind(['tri-state-auth-result'])
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })

  test('cannot answer without it, unless a "no" is no proof', async () => {
    for (const mitigations of [[], ['tri-state-auth-result']] as const) {
      const { auth, replica, session } = await startBehind(mitigations)
      replica.findSession = async () => {
        throw new StoreUnavailable('away')
      }
      const { status, body } = await auth.form('/introspect', { token: session })
      if (mitigations.length === 0) expect(status).toBe(503)
      else expect(body).toMatchObject({ active: true })
    }
  })

  test('serves whom only the replica still knows as valid', async () => {
    // What a lag costs in the other direction.
    const { auth, replica, session } = await startBehind(['tri-state-auth-result'])
    const { store } = auth
    const [stored] = await Promise.all([store.findSession((await auth.introspect(session)).sid)])
    if (stored) await replica.addSession(stored)
    await auth.form('/revoke', { token: session })
    expect(await auth.introspect(session)).toMatchObject({ active: true })
  })

  test('changes sessions only where they are written', async () => {
    const replica = createMemoryStore()
    const auth = startAuth({ replica })
    await auth.createUsers('user', 1)
    const { refresh_token } = await auth.signIn('mobile')
    expect((await auth.refresh(refresh_token)).status).toBe(200)
  })
})
