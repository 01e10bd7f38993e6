import { describe, expect, test } from 'vitest'
import { linkPattern, linkProblems, linksNamed } from '../../../harness/faults/links.ts'
import { cellularFamily, family, linksOf, type Topology } from '../../../harness/stack/topology.ts'
import { links } from './support.ts'

type Pattern = Parameters<typeof linksNamed>[0]
const nothing = { services: [], cells: [] }
const named = (pattern: Pattern) => linksNamed(pattern, links, nothing).map(({ name }) => name)
const namedIn = (topology: Topology, pattern: Pattern) =>
  linksNamed(pattern, linksOf(topology), topology).map(({ name }) => name)

describe('linksNamed', () => {
  test('names one link, all from or to a service, or all', () => {
    expect(named('feed -> auth')).toEqual(['feed-to-auth'])
    expect(named('* -> auth')).toEqual(['feed-to-auth', 'photos-to-auth'])
    expect(named('feed -> *')).toEqual(['feed-to-auth', 'feed-to-config'])
    expect(named('* -> *')).toEqual(['feed-to-auth', 'photos-to-auth', 'feed-to-config'])
    expect(named('photos -> config')).toEqual([])
  })

  test("never names the harness's own links, even when asked to", () => {
    expect(named('harness -> auth')).toEqual([])
    expect(namedIn(family, '* -> *').filter(name => name.startsWith('harness'))).toEqual([])
    expect(namedIn(family, 'harness -> auth-1')).toEqual([])
  })

  test('can name the way in from the internet', () => {
    expect(namedIn(family, 'internet -> *')).toEqual(family.doors.map(door => `internet-to-${door}`))
  })

  test('takes a role as all its instances, and an instance as that one', () => {
    expect(namedIn(family, 'feed -> auth')).toEqual(['feed-to-auth-1', 'feed-to-auth-2'])
    expect(namedIn(family, 'feed -> auth-2')).toEqual(['feed-to-auth-2'])
    expect(namedIn(family, 'edge -> chat')).toEqual(
      ['us', 'eu', 'asia', 'me'].map(region => `edge-${region}-to-chat`),
    )
    expect(namedIn(family, '* -> rival-auth')).toEqual(['rival-to-rival-auth'])
  })

  test('takes a role, or an instance, as those of the first cell, where there are cells', () => {
    expect(namedIn(cellularFamily, 'feed -> auth')).toEqual(['feed-to-auth-us-1', 'feed-to-auth-us-2'])
    expect(namedIn(cellularFamily, 'feed -> auth-2')).toEqual(['feed-to-auth-us-2'])
    expect(namedIn(cellularFamily, 'feed -> auth-eu-2')).toEqual(['feed-to-auth-eu-2'])
    expect(namedIn(cellularFamily, 'auth -> sessions')).toEqual([
      'auth-us-1-to-sessions-us',
      'auth-us-2-to-sessions-us',
    ])
    // What is shared above the cells is in none of them.
    expect(namedIn(cellularFamily, 'edge -> feed')).toHaveLength(4)
  })

  test('names one cell, or every one, where one is asked for', () => {
    expect(namedIn(cellularFamily, 'feed -> auth@eu')).toEqual(['feed-to-auth-eu-1', 'feed-to-auth-eu-2'])
    expect(namedIn(cellularFamily, 'feed -> auth-1@me')).toEqual(['feed-to-auth-me-1'])
    expect(namedIn(cellularFamily, 'feed -> auth@*')).toHaveLength(8)
    expect(namedIn(cellularFamily, 'auth@* -> sessions@asia')).toEqual([
      'auth-asia-1-to-sessions-asia',
      'auth-asia-2-to-sessions-asia',
    ])
    expect(namedIn(cellularFamily, 'feed -> auth@mars')).toEqual([])
  })

  test('takes what all share as being of every cell, where there are no cells', () => {
    expect(namedIn(family, 'feed -> auth@eu')).toEqual(namedIn(family, 'feed -> auth'))
    expect(namedIn(family, 'feed -> auth@*')).toEqual(namedIn(family, 'feed -> auth'))
  })

  test.each([family, cellularFamily])('takes a place as the region of what belongs to no cell', topology => {
    expect(namedIn(topology, 'edge@eu -> feed')).toEqual(['edge-eu-to-feed'])
    expect(namedIn(topology, 'edge@* -> feed')).toHaveLength(4)
    expect(namedIn(topology, 'edge@mars -> feed')).toEqual([])
  })
})

describe('linkProblems', () => {
  test('has none with a link that is there', () => {
    expect(linkProblems('feed -> auth', family)).toEqual([])
  })

  test('names the links there are by role, without those that no fault may name', () => {
    const [problem = ''] = linkProblems('feed -> sessions', family)
    expect(problem).toMatch(
      /^no link "feed -> sessions"; there are: .*auth -> sessions, .*feed -> auth, feed -> config/,
    )
    expect(problem).not.toContain('harness')
    expect(problem.match(/feed -> auth/g)).toHaveLength(1)
  })

  test('names the cells there are', () => {
    expect(linkProblems('feed -> auth@mars', cellularFamily)).toEqual([
      expect.stringMatching(/^no link "feed -> auth@mars" \(cells: us, eu, asia, me\); there are: /),
    ])
  })
})

describe('linkPattern', () => {
  test.each(['feed -> auth', '* -> edge-us', '* -> *', 'feed -> auth@eu', 'auth@* -> sessions@*'])(
    'takes %j',
    text => {
      expect(linkPattern.parse(text)).toBe(text)
    },
  )

  test.each([
    '',
    'feed',
    'feed -> ',
    'feed->auth',
    'feed  -> auth',
    'fe* -> auth',
    'a -> b -> c',
    'feed -> auth@',
    'feed -> @eu',
    'feed -> *@eu',
    'feed -> auth@eu@us',
    'feed -> auth\n',
  ])('refuses %j', text => {
    expect(linkPattern.safeParse(text).success).toBe(false)
  })
})
