import { describe, expect, test } from 'vitest'
import { linkPattern, linkProblems, linksNamed } from '../../../harness/faults/links.ts'
import { family, linksOf } from '../../../harness/stack/topology.ts'
import { links } from './support.ts'

const named = (pattern: Parameters<typeof linksNamed>[0]) =>
  linksNamed(pattern, links).map(({ name }) => name)

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
    expect(linksNamed('* -> *', linksOf(family)).filter(({ from }) => from === 'harness')).toEqual([])
  })

  test('can name the way in from the internet', () => {
    expect(linksNamed('internet -> *', linksOf(family)).map(({ to }) => to)).toEqual(family.doors)
  })
})

describe('linkProblems', () => {
  test('has none with a link that is there', () => {
    expect(linkProblems('feed -> auth', family)).toEqual([])
  })

  test('names the links there are, without those that no fault may name', () => {
    const [problem = ''] = linkProblems('feed -> sessions', family)
    expect(problem).toMatch(/^no link "feed -> sessions"; there are: .*feed -> auth, feed -> config/)
    expect(problem).not.toContain('harness')
  })
})

describe('linkPattern', () => {
  test.each(['feed -> auth', '* -> edge-us', '* -> *'])('takes %j', text => {
    expect(linkPattern.parse(text)).toBe(text)
  })

  test.each([
    '',
    'feed',
    'feed -> ',
    'feed->auth',
    'feed  -> auth',
    'fe* -> auth',
    'a -> b -> c',
    'feed -> auth\n',
  ])('refuses %j', text => {
    expect(linkPattern.safeParse(text).success).toBe(false)
  })
})
