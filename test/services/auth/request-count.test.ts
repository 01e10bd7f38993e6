import { describe, expect, test } from 'vitest'
import { metadataPath, operator, startAuthWithUser } from './helpers.ts'

describe('counting requests', () => {
  test('tells the operator how many there were, whatever came of them', async () => {
    const auth = await startAuthWithUser()
    const count = async () => (await auth.send('/admin/requests', { headers: operator })).body
    // The user was made by the operator.
    expect(await count()).toEqual({ requests: 0 })
    const { session } = await auth.signIn('web')
    await auth.introspect(session)
    await auth.send(metadataPath)
    expect((await auth.send('/nothing')).status).toBe(404)
    expect(await count()).toEqual({ requests: 4 })
    await auth.send('/healthz')
    expect(await count()).toEqual({ requests: 4 })
  })

  test('tells nobody else', async () => {
    const auth = await startAuthWithUser()
    expect((await auth.send('/admin/requests')).status).toBe(401)
  })
})
