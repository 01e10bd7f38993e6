import { describe, expect, test } from 'vitest'
import { authConfigSchema, defaultAuthConfig } from '../../../services/auth/config.ts'

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(defaultAuthConfig).toEqual({
      issuer: 'https://auth.firebreak.test',
      audience: 'firebreak-apps',
      sessionTtlS: 3600,
      accessTokenTtlS: 20,
      refreshTokenTtlS: 3600,
    })
  })

  test('of a newer version is read as far as it is known', () => {
    expect(authConfigSchema.parse({ audience: 'a', added: true })).toEqual({
      ...defaultAuthConfig,
      audience: 'a',
    })
  })

  test.each([
    { issuer: 'not a url' },
    { issuer: 'javascript:alert(1)' },
    { issuer: '' },
    { issuer: null },
    { audience: '' },
    { sessionTtlS: 0 },
    { sessionTtlS: -1 },
    { accessTokenTtlS: '20' },
    { refreshTokenTtlS: 1.5 },
    { refreshTokenTtlS: 1e12 },
  ])('does not accept %j', change => {
    expect(authConfigSchema.safeParse(change).success).toBe(false)
  })
})
