import { describe, expect, test } from 'vitest'
import type { Segment } from '../../harness/outcome/history.ts'
import { inScope, matches, namesRegion, selectorProblems } from '../../harness/scope.ts'

const feed: Segment = { app: 'feed', surface: 'web', region: 'us', activity: 'browse' }
const photos: Segment = { ...feed, app: 'photos', surface: 'mobile' }
const rival: Segment = { ...feed, app: 'rival' }

describe('matches', () => {
  test('takes a field left out as any, and several values as any of them', () => {
    expect(matches({}, feed)).toBe(true)
    expect(matches({ app: 'feed', surface: 'web' }, feed)).toBe(true)
    expect(matches({ app: ['photos', 'feed'] }, feed)).toBe(true)
    expect(matches({ app: ['photos', 'feed'], surface: 'mobile' }, feed)).toBe(false)
    expect(matches({ app: [] }, feed)).toBe(false)
  })

  test('does not ask about fields that the segment lacks', () => {
    expect(matches({ app: 'feed', activity: 'sign-in' }, { app: 'feed' })).toBe(true)
  })
})

describe('inScope', () => {
  test('is what any selector picks', () => {
    expect(inScope([{ app: 'photos' }, { surface: 'web' }], feed)).toBe(true)
    expect(inScope([{ app: 'photos' }, { surface: 'web' }], photos)).toBe(true)
    expect(inScope([{ activity: 'sign-in' }], feed)).toBe(false)
    expect(inScope([], feed)).toBe(false)
  })

  test('leaves the control app out, unless a selector names it', () => {
    expect(inScope({}, feed)).toBe(true)
    expect(inScope({}, rival)).toBe(false)
    expect(inScope({ region: 'us' }, rival)).toBe(false)
    expect(inScope({ app: 'rival' }, rival)).toBe(true)
    expect(inScope({ app: ['feed', 'rival'], activity: 'browse' }, rival)).toBe(true)
    expect(inScope([{}, { app: 'feed' }], rival)).toBe(false)
  })
})

describe('namesRegion', () => {
  test('says whether any selector asks for a region', () => {
    expect(namesRegion([])).toBe(false)
    expect(namesRegion({ app: 'feed' })).toBe(false)
    expect(namesRegion([{ app: 'feed' }, { region: 'us' }])).toBe(true)
  })
})

describe('selectorProblems', () => {
  const segments = [feed, photos, rival]

  test('finds none in selectors that pick something', () => {
    for (const selector of [{}, { app: 'feed' }, { app: ['feed', 'photos'], surface: 'mobile' } as const])
      expect(selectorProblems(selector, segments)).toEqual([])
  })

  test('names every value that there is not, with those there are', () => {
    const selector = { app: ['feed', 'fed'], region: 'eu', activity: 'sign-in' } as const
    expect(selectorProblems(selector, segments)).toEqual([
      'no app "fed"; there are: feed, photos, rival',
      'no region "eu"; there are: us',
      'no activity "sign-in"; there are: browse',
    ])
  })

  test('says how to tell regions apart where they are put together, whatever region is asked for', () => {
    const pooled = segments.map(segment => ({ ...segment, region: 'all' }))
    expect(selectorProblems({ app: 'feed' }, pooled)).toEqual([])
    for (const region of ['us', 'all'])
      expect(selectorProblems({ region }, pooled)).toEqual([
        `no region "${region}": regions are put together; to tell them apart, write regions: 'apart' in the scenario`,
      ])
  })

  test('names a field that there is not', () => {
    expect(selectorProblems({ regoin: 'us' } as never, segments)).toEqual([
      'no field "regoin"; there are: app, surface, region, activity',
    ])
  })

  test('says so when known values together pick nothing', () => {
    expect(selectorProblems({ app: 'feed', surface: 'mobile' }, segments)).toEqual([
      '{"app":"feed","surface":"mobile"} picks no segment',
    ])
    expect(selectorProblems({ app: [] }, segments)).toEqual(['{"app":[]} picks no segment'])
  })
})
