import { describe, expect, test } from 'vitest'
import { HarnessError, ScenarioError } from '../../../../harness/errors.ts'
import { configMalformed, malformed } from '../../../../harness/faults/config/config-malformed.ts'
import { ConfigControl } from '../../../../harness/stack/config-control.ts'
import { firstDocuments } from '../../../../harness/stack/documents.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { authConfigSchema, defaultAuthConfig } from '../../../../services/auth/config.ts'
import { startConfigWorld } from './support.ts'

const { auth } = firstDocuments(family)
const validated = {
  schema: authConfigSchema,
  defaults: defaultAuthConfig,
  mitigations: ['config-validation'],
} as const

describe('malformed', () => {
  test.each([
    ['issuer', 'wrong-type', ['https://auth.firebreak.test']],
    ['sessionTtlS', 'wrong-type', '3600 units'],
    ['scopes', 'wrong-type', 'messages:read,messages:write'],
    ['issuer', 'null-field', null],
  ] as const)('makes of %s as %s what does not fit its schema', (field, form, value) => {
    const bad = malformed(auth, { form, field })
    expect(bad).toEqual({ ...(auth as object), [field]: value })
    expect(authConfigSchema.safeParse(auth).success).toBe(true)
    expect(authConfigSchema.safeParse(bad).success).toBe(false)
  })

  test('makes text of a table', () => {
    expect(malformed({ routes: { feed: 'feed' } }, { form: 'wrong-type', field: 'routes' })).toEqual({
      routes: '{"feed":"feed"}',
    })
  })

  test('cuts a document off in the middle: text that is no JSON', () => {
    const text = malformed(auth, { form: 'not-json' })
    expect(text).toMatch(/^\{"issuer":/)
    expect(() => JSON.parse(text as string)).toThrow(SyntaxError)
  })

  test('says which fields there are where there is no such field', () => {
    const problem = 'the document has no field "b"; there are: a'
    expect(() => malformed({ a: 1 }, { form: 'null-field', field: 'b' })).toThrow(new HarnessError(problem))
  })
})

describe('configMalformed', () => {
  test.each([
    [{ form: 'null-field', field: 'issuer' }, 'service'],
    [{ service: 'auth', form: 'upside-down' }, 'form'],
    [{ service: 'auth', form: 'null-field' }, 'field: name one'],
    [{ service: 'auth', form: 'not-json', field: 'issuer' }, 'none for "not-json"'],
    [{ service: 'auth', form: 'null-field', field: '' }, 'field'],
  ])('refuses %j', (params, problem) => {
    expect(() => configMalformed(params as never)).toThrow(ScenarioError)
    expect(() => configMalformed(params as never)).toThrow(problem)
  })

  test('knows documents and their fields', () => {
    const fault = configMalformed({ service: 'auth', form: 'null-field', field: 'issuer' })
    expect(fault.problems(family)).toEqual([])
    expect(fault.holds(family)).toEqual(['document:auth'])
    const other = configMalformed({ service: 'auth', form: 'null-field', field: 'routes' })
    expect(other.problems(family)).toEqual([
      expect.stringMatching(/^auth has no field "routes"; there are: issuer, /),
    ])
    expect(configMalformed({ service: 'sessions', form: 'not-json' }).problems(family)).toHaveLength(1)
  })

  test('reaches a service that looks at nothing, and is taken back', async () => {
    await using config = await startConfigWorld()
    const client = await config.client('auth-1')
    const injected = await configMalformed({ service: 'auth', form: 'null-field', field: 'issuer' }).inject(
      config.stack,
    )
    expect(client.current()).toEqual({ ...(auth as object), issuer: null })
    expect(await injected.evidence()).toEqual([
      {
        fault: 'config-malformed',
        target: 'auth',
        witness: 'acknowledgement of auth-1',
        observed: 'version 2 applied',
      },
    ])
    await injected.undo()
    expect(client.current()).toEqual(auth)
    expect(await injected.remains?.()).toEqual([])
  })

  test('is refused by a service that looks', async () => {
    await using config = await startConfigWorld()
    const client = await config.client('auth-1', validated)
    const injected = await configMalformed({ service: 'auth', form: 'wrong-type', field: 'issuer' }).inject(
      config.stack,
    )
    expect((await injected.evidence())[0]?.observed).toMatch(/^version 2 refused: .*issuer/s)
    expect(client.current().issuer).toBe(defaultAuthConfig.issuer)
    await injected.undo()
    expect(client.version()).toBe(3)
  })

  test('as text is refused by everybody', async () => {
    await using config = await startConfigWorld()
    await config.client('auth-1')
    const injected = await configMalformed({ service: 'auth', form: 'not-json' }).inject(config.stack)
    expect(typeof (await new ConfigControl(config.stack).read('auth')).value).toBe('string')
    expect((await injected.evidence())[0]?.observed).toBe('version 2 refused: not a JSON object')
    await injected.undo()
    expect(await injected.remains?.()).toEqual([])
  })
})
