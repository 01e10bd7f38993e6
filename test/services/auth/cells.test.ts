import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { cellOf } from '../../../services/common/cell.ts'
import { startAuthWithUser } from './helpers.ts'

describe('an auth of a cell', () => {
  test('names the cell in every credential', async () => {
    const auth = await startAuthWithUser({ cell: 'eu' })
    await auth.createClients('shop-', ['messages:read'])
    const mobile = await auth.signIn('mobile')
    const refreshed = (await auth.refresh(mobile.refresh_token)).body
    const { access_token } = (await auth.clientCredentials('shop-0')).body
    for (const kind of ['web', 'device'] as const) {
      const { session } = await auth.signIn(kind)
      expect(session).toMatch(/^eu\.[A-Za-z0-9_-]{43}$/)
      expect(cellOf(session)).toBe('eu')
      expect(await auth.introspect(session)).toMatchObject({ active: true, token_type: 'session' })
    }
    for (const token of [mobile.access_token, mobile.refresh_token, refreshed.access_token, access_token])
      expect(decodeJwt(token).cell).toBe('eu')
    expect(mobile.session).toMatch(/^eu\./)
    await auth.form('/revoke', { token: mobile.session })
    expect(await auth.introspect(refreshed.access_token)).toEqual({ active: false })
  })

  test('knows nothing of another cell’s credentials', async () => {
    const [eu, us] = [await startAuthWithUser({ cell: 'eu' }), await startAuthWithUser({ cell: 'us' })]
    const [web, mobile] = [await eu.signIn('web'), await eu.signIn('mobile')]
    for (const token of [web.session, mobile.access_token, web.session.replace('eu.', 'us.')])
      expect(await us.introspect(token)).toEqual({ active: false })
    expect(await eu.introspect(web.session.replace('eu.', ''))).toEqual({ active: false })
  })

  test('is told from one without by its credentials alone', async () => {
    const auth = await startAuthWithUser()
    expect(cellOf((await auth.signIn('web')).session)).toBeUndefined()
    expect(decodeJwt((await auth.signIn('mobile')).access_token)).not.toHaveProperty('cell')
  })
})

test('a device session lives as long as devices do', async () => {
  const auth = await startAuthWithUser()
  auth.setConfig({ sessionTtlS: 60, deviceTtlS: 7200 })
  const before = Date.now()
  const { session, subject, expiresAt, ...rest } = await auth.signIn('device')
  expect(rest).toEqual({})
  expect(expiresAt).toBeGreaterThanOrEqual(before + 7_200_000)
  expect(await auth.introspect(session)).toMatchObject({ active: true, sub: subject, token_type: 'session' })
  await auth.form('/revoke', { token: session })
  expect(await auth.introspect(session)).toEqual({ active: false })
})
