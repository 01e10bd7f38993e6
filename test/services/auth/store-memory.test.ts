import { describe, expect, test } from 'vitest'
import { revocationPageMax } from '../../../services/auth/store.ts'
import { newSession, storeContract } from './store-contract.ts'
import { createMemoryStore } from './store-memory.ts'

describe('the store in memory', () => {
  const store = createMemoryStore()
  storeContract(() => store)

  test('lists a mass revocation in pages', async () => {
    const crowded = createMemoryStore()
    for (let n = 0; n < revocationPageMax + 1; n += 1) {
      const session = newSession()
      await crowded.addSession(session)
      await crowded.revokeSession(session.sid, 1)
    }
    const page = await crowded.revocationsAfter(0, 1)
    expect(page).toHaveLength(revocationPageMax)
    expect(await crowded.revocationsAfter(page.at(-1)?.seq ?? 0, 1)).toHaveLength(1)
  })
})
