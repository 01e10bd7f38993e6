import { describe, expect, test } from 'vitest'
import { type Diagnosis, diagnoses } from '../../../harness/diagnosis/symptoms.ts'
import { diagnosesOf, isHarmed, knownKinds, scoreOf } from '../../../harness/diagnosis/truth.ts'
import { catalogue } from '../../../harness/faults/catalogue.ts'
import {
  clockSkew,
  configPush,
  discoveryLoss,
  down,
  type Fault,
  httpStatus,
  keyRemoved,
  kill,
  latency,
  loginStorm,
  massRevocation,
  partition,
  pause,
  routeWithdrawal,
  slowStore,
  timeout,
} from '../../../harness/index.ts'

const twoState: string[] = []
const triState = ['tri-state-auth-result']

describe('truth', () => {
  test('knows every kind of the catalogue, and no other', () => {
    expect(knownKinds.toSorted()).toEqual(catalogue.map(({ kind }) => kind).toSorted())
  })

  test.each<[string, Fault, Diagnosis[], Diagnosis[]]>([
    [
      'a wrong issuer',
      configPush({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
      ['auth-rejects'],
      ['overload', 'backend-errors', 'auth-rejects'],
    ],
    ['a key removed', keyRemoved({}), ['auth-rejects'], ['auth-rejects']],
    ['sessions revoked', massRevocation({}), ['auth-rejects'], ['auth-rejects']],
    [
      'a wrong clock of auth',
      clockSkew({ service: 'auth', skewMs: 3_600_000 }),
      ['auth-rejects'],
      ['auth-rejects'],
    ],
    [
      'auth late',
      latency({ link: '* -> auth', latencyMs: 8_000 }),
      ['overload', 'auth-rejects'],
      ['overload', 'backend-errors'],
    ],
    ['auth gone', kill({ service: 'auth' }), ['auth-rejects'], ['overload', 'backend-errors']],
    [
      'auth in errors',
      httpStatus({ link: 'feed -> auth', status: 500 }),
      ['auth-rejects'],
      ['overload', 'backend-errors'],
    ],
    [
      'a late database',
      slowStore({ delayMs: 500 }),
      ['overload', 'auth-rejects'],
      ['overload', 'backend-errors'],
    ],
    ['auth not found', discoveryLoss({}), ['auth-rejects'], ['overload', 'backend-errors']],
    [
      'apps and auth apart',
      partition({ between: ['auth', 'feed'] }),
      ['overload', 'auth-rejects'],
      ['overload', 'backend-errors'],
    ],
    ['an app gone', kill({ service: 'feed' }), ['backend-errors'], ['backend-errors']],
    [
      'an app in errors',
      httpStatus({ link: 'edge@eu -> feed', status: 500 }),
      ['backend-errors'],
      ['backend-errors'],
    ],
    [
      'an app asking to come back',
      httpStatus({ link: 'edge -> feed', status: 503, headers: { 'Retry-After': '1' } }),
      ['overload'],
      ['overload'],
    ],
    ['the door down', down({ link: 'internet -> edge@us' }), ['network'], ['network']],
    ['the control group’s door down', down({ link: 'internet -> rival' }), ['network'], ['network']],
    ['an edge withdrawn', routeWithdrawal({ service: 'edge@eu' }), ['network'], ['network']],
    [
      'a silent door',
      timeout({ link: 'internet -> edge' }),
      ['network', 'overload'],
      ['network', 'overload'],
    ],
    ['a frozen edge', pause({ service: 'edge-us' }), ['network', 'overload'], ['network', 'overload']],
    [
      'wrong routes',
      configPush({ service: 'edge', change: { routes: {} } }),
      ['overload', 'backend-errors'],
      ['overload', 'backend-errors'],
    ],
    [
      'everybody at the door',
      loginStorm({ app: 'feed', region: 'us', signInsPerSecond: 10 }),
      ['overload', 'auth-rejects'],
      ['overload'],
    ],
    ['the status page gone', kill({ service: 'status' }), [], []],
  ])('%s', (_, fault, ofTwoState, ofTriState) => {
    expect(diagnosesOf(fault, twoState)).toEqual(ofTwoState)
    expect(diagnosesOf(fault, triState)).toEqual(ofTriState)
    const either = new Set([...ofTwoState, ...ofTriState])
    expect(diagnosesOf(fault)).toEqual(diagnoses.filter(each => either.has(each)))
  })
})

describe('scoreOf', () => {
  const doorDown = down({ link: 'internet -> edge' })
  const found = (diagnosis: Diagnosis) => ({ diagnosis, tookMs: diagnosis === 'healthy' ? null : 700 })

  test('is right with what was injected, and says how long it took', () => {
    expect(scoreOf(found('network'), { faults: [doorDown] }, true)).toEqual({
      right: true,
      expected: ['network'],
      got: 'network',
      tookMs: 700,
    })
  })

  test.each<[Diagnosis, boolean, boolean]>([
    ['overload', true, false],
    ['healthy', true, false],
    ['healthy', false, true],
    ['network', false, true],
    ['overload', false, false],
  ])('%s where harm is %s is right: %s', (diagnosis, harmed, right) => {
    expect(scoreOf(found(diagnosis), { faults: [doorDown] }, harmed).right).toBe(right)
  })

  test('without a fault only healthy is right', () => {
    expect(scoreOf(found('healthy'), { faults: [] }, false).right).toBe(true)
    expect(scoreOf(found('overload'), { faults: [] }, false).right).toBe(false)
  })

  test('accepts either of several faults', () => {
    const { expected } = scoreOf(found('network'), { faults: [doorDown, kill({ service: 'feed' })] }, true)
    expect(expected).toEqual(['network', 'backend-errors'])
  })

  test('does not score a kind that it does not know', () => {
    const own = { kind: 'my-own', layer: 'network', target: 'edge', params: {} } as const
    expect(scoreOf(found('network'), { faults: [own] }, true).right).toBeNull()
  })
})

test('harm counts where the probes look', () => {
  const segment = { surface: 'web', activity: 'browse', harm: 0.06 } as const
  expect(isHarmed([segment])).toBe(true)
  expect(isHarmed([{ ...segment, harm: 0.05 }])).toBe(false)
  expect(isHarmed([{ ...segment, harm: null }])).toBe(false)
  expect(isHarmed([{ ...segment, activity: 'sign-in' }])).toBe(false)
  expect(isHarmed([{ ...segment, surface: 'mobile' }])).toBe(false)
})
