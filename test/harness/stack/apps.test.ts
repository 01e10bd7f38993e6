/** Apps of users' own: what is refused, and that everything which follows from the list of apps follows from theirs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { appsOn, everybody, familyCrowd, segmentsOf } from '../../../harness/crowd/population.ts'
import { ScenarioError, UsageError } from '../../../harness/errors.ts'
import { down } from '../../../harness/faults/network/index.ts'
import { scenario } from '../../../harness/scenario.ts'
import { type AppDefinition, app, defineApps, everyApp, familyApps } from '../../../harness/stack/apps.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { firstDocuments } from '../../../harness/stack/documents.ts'
import { environmentOf, newSecrets } from '../../../harness/stack/environment.ts'
import { loadOwn } from '../../../harness/stack/load-own.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'
import { cellularFamily, family, linksOf, topologyOf } from '../../../harness/stack/topology.ts'

afterEach(() => defineApps([]))
const pay = app('pay', { title: 'Pay', surfaces: ['web', 'mobile'], phone: 'signature', content: { due: 3 } })
const payApi = app('pay-api', { surfaces: ['api'], users: { residents: 5 } })

describe('an app', () => {
  test('has its name for a title', () => expect(payApi.title).toBe('pay-api'))

  test.each<[string, string, AppDefinition, string]>([
    ['a name that is none', 'Pay API', { surfaces: ['web'] }, 'lower-case'],
    ['no surface', 'pay', { surfaces: [] }, 'surfaces'],
    ['a surface that there is not', 'pay', { surfaces: ['fax' as 'web'] }, 'surfaces'],
    ['a surface twice', 'pay', { surfaces: ['web', 'web'] }, 'twice'],
    [
      'a check for phones that it lacks',
      'pay',
      { surfaces: ['web'], phone: 'device' },
      'no surface "mobile"',
    ],
    ['a field that there is not', 'pay', { surfaces: ['web'], colour: 1 } as AppDefinition, 'colour'],
    ['too many users', 'pay', { surfaces: ['web'], users: { residents: 1_000 } }, 'residents'],
    ['users without a pause', 'pay', { surfaces: ['web'], users: { browseEveryMs: 1 } }, 'browseEveryMs'],
    ['content that is no JSON', 'pay', { surfaces: ['api'], content: () => 1 }, 'content'],
  ])('with %s is refused', (_case, name, definition, told) => {
    expect(() => app(name, definition)).toThrow(UsageError)
    expect(() => app(name, definition)).toThrow(told)
  })

  test('is refused where the name is taken', () => {
    expect(() => defineApps([pay, app('pay', { surfaces: ['api'] })])).toThrow('two apps "pay"')
    expect(() => defineApps([pay], new Set(['pay']))).toThrow('"pay"')
    expect(everyApp).toEqual(familyApps)
  })
})

describe('once it is known', () => {
  beforeEach(() => defineApps([pay, payApi]))

  test('it stands in every topology, on the same links as the others', () => {
    for (const name of ['shared-fate', 'cellular']) {
      const topology = topologyOf(architectureOf(name))
      expect(topologyOf(architectureOf(name))).toBe(topology)
      const around = (of: string) =>
        linksOf(topology)
          .filter(({ from, to }) => from === of || to === of)
          .map(link => link.name.replaceAll(of, 'it'))
      expect(around('pay')).toEqual(around('feed'))
      expect(around('pay-api')).toEqual(around('feed'))
    }
    defineApps([])
    expect(topologyOf(architectureOf('hardened'))).toEqual(family)
    expect(topologyOf(architectureOf('cellular'))).toEqual(cellularFamily)
  })

  test('it is configured, routed to, and told what it is', () => {
    const architecture = architectureOf('hardened')
    const topology = topologyOf(architecture)
    const documents = firstDocuments(topology) as Record<string, { routes?: object }>
    expect(documents.pay).toEqual(documents.feed)
    expect(Object.keys(documents.edge?.routes ?? {})).toEqual(everyApp)
    const parts = { topology, architecture, secrets: newSecrets(topology), addressOf: () => 'host:1' }
    const told = (name: string) => {
      const service = topology.services.find(each => each.name === name)
      return service ? environmentOf(service, parts) : {}
    }
    const { users: _, ...definition } = pay
    expect(JSON.parse(told('pay').DEFINITION ?? '')).toEqual(definition)
    expect(told('feed')).not.toHaveProperty('DEFINITION')
    expect(JSON.parse(told('status').OWN_PRODUCTS ?? '')).toEqual([
      { app: 'pay', title: 'Pay', surfaces: ['web', 'mobile'] },
      { app: 'pay-api', title: 'pay-api', surfaces: ['api'] },
    ])
    expect(Object.keys(JSON.parse(told('auth-1').CLIENTS ?? ''))).toEqual(everyApp)
  })

  test('it has users like the shipped app that is most like it, who live where they did', () => {
    expect(everybody().slice(0, familyCrowd.length)).toEqual(familyCrowd)
    const [web, phone, api] = everybody().slice(familyCrowd.length)
    const like = (name: string, surface: string) =>
      familyCrowd.find(each => each.app === name && each.surface === surface)
    const rest = (group: object | undefined) => ({ ...group, app: undefined, homes: undefined })
    expect(rest(web)).toEqual(rest(like('feed', 'web')))
    expect(rest(phone)).toEqual(rest(like('photos', 'mobile')))
    expect(rest(api)).toEqual({ ...rest(like('business-api', 'api')), residents: 5 })
    expect(appsOn('api')).toEqual(['messenger-api', 'business-api', 'pay-api'])
    const segments = segmentsOf(everybody(), 'pooled').filter(each => each.app === 'pay')
    expect(segments.map(({ surface, activity }) => `${surface} ${activity}`)).toEqual([
      'web browse',
      'web sign-in',
      'mobile browse',
      'mobile sign-in',
      'mobile refresh',
    ])
  })

  test('scenarios can be about it, and about nothing else that is not there', () => {
    const about = (name: string) => () =>
      scenario({
        title: 'Pay is cut off',
        cause: 'network',
        scope: { app: name },
        faults: [{ at: '6s', for: '4s', fault: down({ link: `${name} -> auth` }) }],
        verdict: { hardened: () => {} },
      })
    expect(about('pay')().scope).toEqual({ app: 'pay' })
    expect(about('bay')).toThrow(ScenarioError)
    defineApps([])
    expect(about('pay')).toThrow(ScenarioError)
  })
})

describe('a file of apps', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-apps-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const from = JSON.stringify(pathToFileURL(join(rootFolder, 'harness/stack/apps.ts')).href)
  const load = (text: string) => {
    writeFileSync(join(folder, 'apps.ts'), `import { app } from ${from}\n${text}`)
    return loadOwn(folder)
  }

  test('makes them known', async () => {
    await load(`export default [app('mine', { surfaces: ['web'] })]`)
    expect(everyApp).toEqual([...familyApps, 'mine'])
  })

  test.each([
    ['no list', 'export default app', 'no list of apps'],
    ['something else in it', 'export default [42]', 'no list of apps'],
    ['an app that makes no sense', `export default [app('x', { surfaces: [] })]`, 'surfaces'],
  ])('is named where it has %s', async (_case, text, told) => {
    const loading = load(text)
    await expect(loading).rejects.toThrow(UsageError)
    await expect(loading).rejects.toThrow(join(folder, 'apps.ts'))
    await expect(loading).rejects.toThrow(told)
  })

  test.each(['auth', 'edge-us', 'sessions-replica', 'feed', 'status', 'internet', 'session-cache'])(
    'cannot take the name %s',
    async name => {
      await expect(load(`export default [app('${name}', { surfaces: ['web'] })]`)).rejects.toThrow(UsageError)
    },
  )
})
