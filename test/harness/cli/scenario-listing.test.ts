import { describe, expect, test } from 'vitest'
import { byCause, byIncident, listed } from '../../../harness/cli/scenario-listing.ts'
import { loadScenarios } from '../../../harness/run/load-scenarios.ts'

const scenarios = await loadScenarios()
const all = listed(scenarios)

describe('byCause', () => {
  test('names each scenario once', () => {
    const names = byCause(all).flatMap(({ rows }) => rows.map(({ name }) => name))
    expect(names.toSorted()).toEqual(all.map(({ name }) => name).toSorted())
  })

  test('begins with what breaks nothing', () => {
    expect(byCause(all)[0]).toMatchObject({ title: 'nothing', rows: [{ name: 'calm' }] })
  })
})

describe('byIncident', () => {
  const { rows } = byIncident(all)

  test('goes from the oldest to the newest', () => {
    const dates = rows.map(({ name }) => name.slice(0, 10))
    expect(dates).toEqual(dates.toSorted())
    expect(dates.length).toBeGreaterThan(15)
  })

  test('says who, which scenario, by which account, and how many times faster', () => {
    expect(rows).toContainEqual({
      name: '2020-12-14  google',
      lines: [
        expect.stringContaining('store-read-only: '),
        expect.stringContaining('20013'),
        '47 min there, 6 s here: 470 times faster',
      ],
    })
  })
})

describe('the library', () => {
  test.each(scenarios)('$name tells its story', ({ scenario: { story = '' } }) => {
    const sentences = story.split(/[.!?]["”]?(?:\s|$)/).filter(Boolean).length
    expect(sentences).toBeGreaterThanOrEqual(3)
    expect(sentences).toBeLessThanOrEqual(6)
  })

  test.each(scenarios.filter(({ scenario }) => scenario.replays))('$name has a card', ({ scenario }) => {
    expect(scenario.fidelity?.length).toBeGreaterThan(0)
  })

  test('each replay says how long it took there, but for what was no outage', () => {
    const silent = all.filter(({ replays, compression }) => replays && !compression)
    expect(silent.map(({ name }) => name)).toEqual(['mass-revocation'])
  })

  test.each(scenarios)('$name predicts something for each architecture', ({ scenario }) => {
    expect(Object.keys(scenario.verdict).toSorted()).toEqual(['cellular', 'hardened', 'shared-fate'])
  })

  test('no two have one title', () => {
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
  })
})
