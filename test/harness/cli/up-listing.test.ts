import pc from 'picocolors'
import { describe, expect, test } from 'vitest'
import { renderUp, upListing } from '../../../harness/cli/up-listing.ts'
import { familyApps } from '../../../harness/stack/apps.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import { family, linksOf, regions } from '../../../harness/stack/topology.ts'

const portOf = (index: number) => 40_000 + index
const stack = {
  id: 'fb-1',
  runtime: 'processes',
  architecture: architectureOf('hardened'),
  bootMs: 1_234.5,
  doors: Object.fromEntries(family.doors.map((name, index) => [name, `http://127.0.0.1:${portOf(index)}`])),
  control: { config: 'http://127.0.0.1:50001' },
  links: linksOf(family),
  adminToken: 'operator',
  proxy: { apiUrl: 'http://127.0.0.1:8474' },
} as const
const accounts = {
  users: [...familyApps, 'rival'].map(app => ({ app, username: `demo-${app}-0` })),
  password: 'sesame',
  clients: [{ app: 'messenger-api', id: 'demo-messenger-api-0', secret: 'hush' }],
}
const listing = upListing(stack, accounts)

describe('upListing', () => {
  test('has a page of each web app at the door of each region, and no page of an API', () => {
    expect(listing.pages).toHaveLength(5 * regions.length)
    for (const { app, region, url } of listing.pages) {
      const door = new URL(stack.doors[`edge-${region}`] ?? '')
      expect(url).toBe(`http://${app}.${region}.localhost:${door.port}/`)
    }
    expect(new Set(listing.apis.map(({ app }) => app))).toEqual(new Set(['messenger-api', 'business-api']))
  })

  test('names all links, one of which its example breaks', () => {
    expect(listing.proxy.links).toEqual(linksOf(family).map(({ name }) => name))
    const { command = '' } = listing.examples.find(({ does }) => does === 'break a link') ?? {}
    expect(listing.proxy.links.some(link => command.includes(`/proxies/${link}/toxics`))).toBe(true)
  })

  test('is JSON through and through', () => {
    expect(JSON.parse(JSON.stringify(listing))).toEqual(listing)
  })
})

describe('renderUp', () => {
  const lines = renderUp(listing, pc.createColors(false))

  test('says each address, account and command', () => {
    const text = lines.join('\n')
    for (const { url } of [...listing.pages, ...listing.apis]) expect(text).toContain(url)
    for (const { username } of listing.users) expect(text).toContain(username)
    for (const { command } of listing.examples) expect(text).toContain(command)
    for (const words of ['sesame', 'hush', 'operator', listing.rival, listing.status, listing.proxy.url])
      expect(text).toContain(words)
  })

  test('names an app once, before its first region', () => {
    expect(lines.filter(line => /^ {2}feed\b/.test(line))).toHaveLength(1)
  })

  test('tells the runtime, the architecture and the time', () => {
    expect(lines[0]).toBe('firebreak  hardened on processes, up in 1.2 s')
  })
})
