import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../harness/errors.ts'
import { scenarioOf, wordsOf } from '../../../harness/explore/drawn.ts'
import { foundScenario } from '../../../harness/explore/found-scenario.ts'
import { exploredKinds, schedules } from '../../../harness/explore/schedules.ts'
import { loadScenarios } from '../../../harness/run/load-scenarios.ts'
import { rootFolder } from '../../../harness/stack/node-binary.ts'

const drawn = (count: number, architecture = 'hardened') =>
  fc.sample(schedules(architecture), { seed: 5, numRuns: count })

describe('what is drawn', () => {
  test('is the same for the same seed', () => expect(drawn(20)).toEqual(drawn(20)))

  test('has one to three faults that fit each other, and every kind sooner or later', () => {
    const all = drawn(400)
    for (const schedule of all) {
      expect([1, 2, 3]).toContain(schedule.length)
      expect(() => scenarioOf(schedule, 'hardened')).not.toThrow()
      // Too short, and nothing could be said of it.
      const from = Math.min(...schedule.map(({ atMs }) => atMs))
      expect(from).toBeGreaterThanOrEqual(4_000)
      expect(Math.max(...schedule.map(({ atMs, forMs }) => atMs + forMs)) - from).toBeGreaterThanOrEqual(
        4_000,
      )
      // Nobody can push anything by a config service that is down.
      const kinds = schedule.map(({ kind }) => kind)
      if (schedule.some(({ params }) => params.service === 'config'))
        expect(kinds.filter(kind => kind.startsWith('config-'))).toEqual([])
    }
    expect(new Set(all.flat().map(({ kind }) => kind))).toEqual(new Set(exploredKinds))
  }, 60_000)

  test('needs an architecture that there is', () => {
    expect(() => schedules('nope')).toThrow(UsageError)
  })

  test('fits a family of cells as well', () => {
    for (const schedule of drawn(50, 'cellular')) expect(() => scenarioOf(schedule, 'cellular')).not.toThrow()
  }, 60_000)
})

describe('what was found', () => {
  let folder: string
  beforeAll(() => {
    mkdirSync(join(rootFolder, '.vitest'), { recursive: true })
    folder = mkdtempSync(join(rootFolder, '.vitest', 'found-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is written as a scenario file with the same faults', async () => {
    const [schedule] = drawn(400).filter(each => each.length === 3)
    if (!schedule) throw new Error('none with three')
    const importFrom = join(rootFolder, 'harness/index.ts')
    const text = foundScenario({
      schedule,
      architecture: 'shared-fate',
      reasons: ["it's\nbad"],
      seed: 5,
      importFrom,
    })
    writeFileSync(join(folder, 'found.ts'), text)
    const [loaded] = await loadScenarios(folder)
    const made = scenarioOf(schedule, 'shared-fate')
    expect(loaded?.scenario.title).toBe(`Found: ${wordsOf(schedule)}`)
    expect(loaded?.scenario.timelineMs).toBe(made.timelineMs)
    expect(
      loaded?.scenario.schedule.map(({ fromMs, toMs, fault }) => [fromMs, toMs, fault.kind, fault.params]),
    ).toEqual(made.schedule.map(({ fromMs, toMs, fault }) => [fromMs, toMs, fault.kind, fault.params]))
  })
})
