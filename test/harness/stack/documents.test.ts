import { describe, expect, test } from 'vitest'
import { firstDocuments } from '../../../harness/stack/documents.ts'
import { family } from '../../../harness/stack/topology.ts'
import { appConfigSchema, defaultAppConfig } from '../../../services/app/app-config.ts'
import { authConfigSchema, defaultAuthConfig } from '../../../services/auth/config.ts'
import { type EdgeConfig, edgeConfigSchema } from '../../../services/edge/edge.ts'

const programOf = (name: string) => family.services.find(service => service.name === name)?.program
const schemas = { auth: authConfigSchema, app: appConfigSchema, edge: edgeConfigSchema }

describe('firstDocuments', () => {
  test.each(Object.entries(firstDocuments))('%s: its service takes all of it as it is', (name, document) => {
    const program = programOf(name)
    expect(Object.keys(schemas)).toContain(program)
    expect(schemas[program as keyof typeof schemas].parse(document)).toEqual(document)
  })

  // A service that has not heard from config yet must behave as one that has.
  test.each([
    ['auth', defaultAuthConfig],
    ['feed', defaultAppConfig],
  ])('%s: is what its service begins with anyway', (name, defaults) => {
    expect(firstDocuments[name]).toEqual(defaults)
  })

  test('edges route to services that they call', () => {
    for (const { name, calls } of family.services.filter(({ program }) => program === 'edge')) {
      const { routes } = firstDocuments[name] as EdgeConfig
      for (const target of Object.values(routes)) expect(Object.keys(calls)).toContain(target)
    }
  })

  test('apps believe the issuer and audience that auth has', () => {
    const { issuer, audience } = firstDocuments.auth as Record<string, unknown>
    for (const { name, calls } of family.services.filter(({ program }) => program === 'app')) {
      if (calls.config !== undefined) expect(firstDocuments[name]).toMatchObject({ issuer, audience })
    }
  })
})
