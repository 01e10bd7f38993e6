import { describe, expect, test } from 'vitest'
import { servicePattern, serviceProblems, servicesNamed } from '../../../harness/faults/services.ts'
import { cellularFamily, family } from '../../../harness/stack/topology.ts'

describe('a service pattern', () => {
  test.each([
    ['auth-2', ['auth-2'], ['auth-us-2']],
    ['auth', ['auth-1', 'auth-2'], ['auth-us-1', 'auth-us-2']],
    ['auth@eu', ['auth-1', 'auth-2'], ['auth-eu-1', 'auth-eu-2']],
    ['sessions@*', ['sessions'], ['sessions-us', 'sessions-eu', 'sessions-asia', 'sessions-me']],
    ['edge@eu', ['edge-eu'], ['edge-eu']],
    ['rival', ['rival'], ['rival']],
    ['oath', [], []],
  ])('%s names its instances, with cells and without', (pattern, plain, cellular) => {
    expect(servicesNamed(pattern, family)).toEqual(plain)
    expect(servicesNamed(pattern, cellularFamily)).toEqual(cellular)
  })

  test.each(['*', '', 'auth@', 'Auth', 'auth -> feed'])('is not "%s"', pattern => {
    expect(servicePattern.safeParse(pattern).success).toBe(false)
  })

  test('that names nobody is a problem that names who there is', () => {
    expect(serviceProblems('auth', family)).toEqual([])
    expect(serviceProblems('oath', family)).toEqual([
      expect.stringMatching(/^no service "oath"; there are: sessions, auth, .*rival$/),
    ])
    expect(serviceProblems('auth@mars', cellularFamily)).toEqual([
      expect.stringContaining('no service "auth@mars" (cells: us, eu, asia, me)'),
    ])
  })
})
