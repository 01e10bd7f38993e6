import { describe, expect, test } from 'vitest'
import { authConfigSchema, defaultAuthConfig } from '../../../services/auth/config.ts'

describe('the configuration', () => {
  test('has a default for everything', () => {
    expect(defaultAuthConfig).toEqual({
      issuer: 'https://auth.firebreak.test',
      audience: 'firebreak-apps',
      scopes: ['messages:read', 'messages:write'],
      sessionTtlS: 3600,
      deviceTtlS: 2_592_000,
      accessTokenTtlS: 20,
      refreshTokenTtlS: 3600,
      refreshGraceS: 10,
      apiTokenTtlS: 2_592_000,
      keyLeadS: 12,
      clientSecretsExpireAtS: 0,
      sessionCache: 'session-cache',
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
    { refreshGraceS: -1 },
    { deviceTtlS: 0 },
    { apiTokenTtlS: '1' },
    { keyLeadS: -1 },
    { clientSecretsExpireAtS: -1 },
    { clientSecretsExpireAtS: '2030-01-01' },
    { scopes: ['two words'] },
    { scopes: ['quote"'] },
    { scopes: 'messages:read' },
  ])('does not accept %j', change => {
    expect(authConfigSchema.safeParse(change).success).toBe(false)
  })
})
