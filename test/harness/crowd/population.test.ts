import { describe, expect, test } from 'vitest'
import { newcomers, visits } from '../../../harness/crowd/arrivals.ts'
import { memberOf, newcomerPool } from '../../../harness/crowd/operator.ts'
import { familyCrowd, type Group, segmentsOf } from '../../../harness/crowd/population.ts'
import { createRandom } from '../../../harness/crowd/random.ts'
import { familyApps } from '../../../harness/stack/apps.ts'
import { family, regions } from '../../../harness/stack/topology.ts'

const group: Group = {
  app: 'feed',
  surface: 'web',
  client: 'web',
  homes: [
    { region: 'us', door: 'edge-us' },
    { region: 'eu', door: 'edge-eu' },
  ],
  residents: 4,
  browseEveryMs: 300,
  newcomersPerSecond: 5,
  revoked: 1,
}
const nameOf = ({ app, surface }: Group) => `${app} ${surface}`

/** How many intents a group has in a window, on the schedule of a seed. */
function countIn(
  { from, to }: { from: number; to: number },
  of: Group,
  activity: string,
  seed: number,
): number {
  const run = { from: -1_000, to: 20_000 }
  const residents = Array.from({ length: of.residents }, (_, index) => index)
  const periodMs = activity === 'refresh' ? (of.refreshEveryMs ?? 0) : of.browseEveryMs
  const times =
    activity === 'sign-in'
      ? newcomers(run, of.newcomersPerSecond, createRandom(seed, nameOf(of)))
      : residents.flatMap(index => {
          const place = { index, of: of.residents }
          return visits(run, periodMs, createRandom(seed, `${nameOf(of)} ${index}`), place)
        })
  return times.filter(at => at >= from && at < to).length
}

describe('familyCrowd', () => {
  test('uses every app of the stack, by doors that it has, in every region', () => {
    const apps = family.services.filter(({ program }) => program === 'app').map(({ name }) => name)
    expect(new Set(familyCrowd.map(({ app }) => app))).toEqual(new Set(apps))
    for (const { homes, app } of familyCrowd) {
      expect(homes.map(({ region }) => region).toSorted()).toEqual(regions.toSorted())
      for (const { region, door } of homes) {
        expect(family.doors).toContain(door)
        expect(door).toBe(app === 'rival' ? 'rival' : `edge-${region}`)
      }
    }
  })

  test('has each app on the surfaces that it is used on', () => {
    expect(familyCrowd.map(nameOf).toSorted()).toEqual(
      [
        ...['feed', 'messenger', 'photos', 'chat'].flatMap(app => [`${app} mobile`, `${app} web`]),
        'ads web',
        'business-api api',
        'messenger-api api',
        'rival web',
      ].toSorted(),
    )
    expect(familyApps).toHaveLength(7)
  })

  test('has revoked sessions on every surface and in every region', () => {
    const dead = familyCrowd.flatMap(each =>
      Array.from({ length: each.revoked }, (_, index) => memberOf(each, 'revoked', index).home.region),
    )
    expect(new Set(dead)).toEqual(new Set(regions))
    for (const { revoked } of familyCrowd) expect(revoked).toBeGreaterThan(0)
  })

  test('stays within what two cores can measure', () => {
    const residents = familyCrowd.reduce((sum, each) => sum + each.residents, 0)
    expect(residents).toBeLessThanOrEqual(220)
    const perSecond = familyCrowd.reduce(
      (sum, { residents, browseEveryMs, refreshEveryMs, newcomersPerSecond }) =>
        sum +
        (residents * 1_000) / browseEveryMs +
        (refreshEveryMs === undefined ? 0 : (residents * 1_000) / refreshEveryMs) +
        // One visit in four ends with a sign-out.
        1.25 * newcomersPerSecond,
      0,
    )
    expect(perSecond).toBeLessThanOrEqual(67)
  })

  test('has eight intents where a scenario makes claims about them, whatever the seed', () => {
    const enough = 8
    for (const each of familyCrowd) {
      const rare = ['sign-in', ...(each.refreshEveryMs === undefined ? [] : ['refresh'])]
      for (let seed = 0; seed < 100; seed += 1) {
        // A window of 4 s, of which one intent may be in flight when the fault comes.
        const browses = countIn({ from: 0, to: 4_000 }, each, 'browse', seed)
        expect(browses, nameOf(each)).toBeGreaterThan(enough)
        if (each.app === 'rival')
          expect(countIn({ from: 0, to: 4_000 }, each, 'sign-in', seed)).toBeGreaterThan(enough)
        for (const activity of rare) {
          const intents = countIn({ from: 0, to: 5_000 }, each, activity, seed)
          expect(intents, `${nameOf(each)} ${activity}`).toBeGreaterThanOrEqual(enough)
        }
      }
    }
  })

  test('sees everybody on short-lived sessions within a fault of 6 s, and a third of the phones that renew when due', () => {
    for (const { client, app, browseEveryMs, refreshEveryMs } of familyCrowd) {
      if (client === 'web' || client === 'api') expect(1.2 * browseEveryMs, app).toBeLessThanOrEqual(6_000)
      if (refreshEveryMs !== undefined && app !== 'photos')
        expect(1.2 * refreshEveryMs).toBeLessThanOrEqual(6_000)
    }
    const photos = familyCrowd.find(each => nameOf(each) === 'photos mobile') as Group
    for (let seed = 0; seed < 20; seed += 1) {
      const share = countIn({ from: 3_000, to: 9_000 }, photos, 'refresh', seed) / photos.residents
      expect(share).toBeGreaterThan(0.25)
      expect(share).toBeLessThan(0.42)
    }
  })

  test('has newcomers enough that none is signed in twice at a time', () => {
    // The longest that one may take: two requests, each as long as its patience.
    for (const { newcomersPerSecond } of familyCrowd)
      expect(newcomerPool / newcomersPerSecond).toBeGreaterThan(2 * 3 + 1)
  })
})

describe('memberOf', () => {
  test('deals users out to the homes in turn, numbering those of each', () => {
    const members = [0, 1, 2, 3].map(index => memberOf(group, 'resident', index))
    expect(members.map(({ home, number }) => `${home.region} ${number}`)).toEqual([
      'us 0',
      'eu 0',
      'us 1',
      'eu 1',
    ])
  })

  test('says which group has no homes', () => {
    expect(() => memberOf({ ...group, homes: [] }, 'resident', 0)).toThrow('the group feed web has no homes')
  })
})

describe('segmentsOf', () => {
  const place = { app: 'feed', surface: 'web' } as const

  test('has a segment for each thing that a group does, regions put together', () => {
    expect(segmentsOf([group], 'pooled')).toEqual([
      { ...place, region: 'all', activity: 'browse' },
      { ...place, region: 'all', activity: 'sign-in' },
    ])
    expect(segmentsOf([{ ...group, refreshEveryMs: 1_000 }], 'pooled')).toContainEqual({
      ...place,
      region: 'all',
      activity: 'refresh',
    })
    expect(segmentsOf([{ ...group, surface: 'api' }], 'pooled').map(({ activity }) => activity)).toEqual([
      'api-call',
      'sign-in',
    ])
  })

  test('or one for each region of the group', () => {
    expect(segmentsOf([group], 'apart').map(({ region, activity }) => `${region} ${activity}`)).toEqual([
      'us browse',
      'us sign-in',
      'eu browse',
      'eu sign-in',
    ])
  })
})
