import { describe, expect, test } from 'vitest'
import { commonEnv } from '../../../services/common/env.ts'

const least = { NAME: 'auth-1', ROLE: 'auth' }

describe('commonEnv', () => {
  test('needs a name and a role, and has defaults for the rest', () => {
    expect(commonEnv.parse(least)).toEqual({
      NAME: 'auth-1',
      ROLE: 'auth',
      HOST: '127.0.0.1',
      PORT: 0,
      LINKS: {},
      MITIGATIONS: new Set(),
      DISCOVERY: { cells: [], services: {} },
    })
  })

  test('reads what a member of a cell is told', () => {
    const discovery = { cells: ['us'], services: { 'auth@us': ['auth-us-1'] } }
    const env = commonEnv.parse({
      ...least,
      REGION: 'us',
      CELL: 'us',
      PORT: '8080',
      LINKS: '{"auth-us-1":"http://127.0.0.1:1"}',
      MITIGATIONS: 'cells,bulkhead',
      DISCOVERY: JSON.stringify(discovery),
    })
    expect(env).toMatchObject({ REGION: 'us', CELL: 'us', PORT: 8080, DISCOVERY: discovery })
    expect([...env.MITIGATIONS]).toEqual(['cells', 'bulkhead'])
  })

  test.each([
    ['no role', { NAME: 'auth-1' }],
    ['an empty region', { ...least, REGION: '' }],
    ['a port that is none', { ...least, PORT: '70000' }],
    ['links that are not JSON', { ...least, LINKS: '{' }],
    ['discovery of another form', { ...least, DISCOVERY: '{"services":[]}' }],
    ['an unknown mitigation', { ...least, MITIGATIONS: 'cell' }],
  ])('refuses %s', (_what, env) => {
    expect(commonEnv.safeParse(env).success).toBe(false)
  })
})
