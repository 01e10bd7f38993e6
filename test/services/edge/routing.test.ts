import { describe, expect, test } from 'vitest'
import { createRouting, type Routes, routesMax } from '../../../services/edge/routing.ts'

const links = { feed: 'http://feed', 'photos-1': 'http://photos-1', 'photos-2': 'http://photos-2' }

/** Applies tables one after the other, and says where feed and photos lead in the end. */
function applied(keepLast: boolean, ...tables: unknown[]) {
  let table = tables[0] as Routes
  const logged: string[] = []
  const routing = createRouting({ routes: () => table, links, keepLast, log: event => logged.push(event) })
  for (const next of tables) {
    table = next as Routes
    routing.addressOf('feed')
  }
  return { feed: routing.addressOf('feed'), photos: routing.addressOf('photos'), logged }
}

const whole = { feed: 'feed', photos: 'photos-1' }
const both = { feed: 'http://feed', photos: 'http://photos-1' }

describe('a routing table', () => {
  test.each<[string, unknown, object, object]>([
    ['that has lost a route', { feed: 'feed' }, { feed: 'http://feed', photos: undefined }, both],
    ['that is empty', {}, { feed: undefined, photos: undefined }, both],
    ['that is none', undefined, { feed: undefined, photos: undefined }, both],
    ['that is a word', 'feed', { feed: undefined, photos: undefined }, both],
    [
      'with a route to nobody',
      { ...whole, photos: 'photos-9' },
      { feed: 'http://feed', photos: undefined },
      both,
    ],
    [
      'with a route to null',
      { ...whole, photos: null },
      { feed: 'http://feed', photos: undefined },
      { feed: 'http://feed', photos: undefined },
    ],
    [
      'with a route moved',
      { ...whole, photos: 'photos-2' },
      { feed: 'http://feed', photos: 'http://photos-2' },
      { feed: 'http://feed', photos: 'http://photos-2' },
    ],
  ])('%s is taken as it is, or keeps the last', (_, table, taken, kept) => {
    expect(applied(false, whole, table)).toMatchObject(taken)
    expect(applied(true, whole, table)).toMatchObject(kept)
  })

  test('with more routes than there is room for fails every request, until there is another', () => {
    const many = Object.fromEntries(
      Array.from({ length: routesMax + 1 }, (_, index) => [`app-${index}`, 'feed']),
    )
    let table: Routes = whole
    const routing = createRouting({ routes: () => table, links, keepLast: true, log: () => {} })
    table = many
    for (const _ of [1, 2, 3])
      expect(() => routing.addressOf('feed')).toThrow(`${routesMax + 1} routes, and room for ${routesMax}`)
    table = { ...whole }
    expect(routing.addressOf('feed')).toBe('http://feed')
  })

  test('says that routes were kept, once', () => {
    expect(applied(true, whole, {}).logged).toEqual(['routes-kept'])
    expect(applied(true, whole, whole).logged).toEqual([])
  })

  test('that withdrew an app does not bring it back when it is emptied later', () => {
    expect(applied(true, whole, { ...whole, photos: null }, {})).toMatchObject({
      feed: 'http://feed',
      photos: undefined,
    })
    expect(applied(true, whole, { ...whole, photos: null }, whole)).toMatchObject(both)
  })

  test('knows no app by what every object has', () => {
    const routing = createRouting({ routes: () => whole, links, keepLast: true, log: () => {} })
    expect(['__proto__', 'constructor', 'toString'].map(routing.addressOf)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
