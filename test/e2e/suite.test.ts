/** The whole suite on one runtime, and one of its faults on the other: what the scenarios promise is what the results say, and nothing stays. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseResults, type Results, type RunResult } from '../../harness/outcome/results.ts'
import { controlApp } from '../../harness/scope.ts'
import { describeOnRuntimes } from './containers-support.ts'
import { type Ended, Room } from './room.ts'

const scenarios = ['auth-timeouts', 'calm', 'wrong-issuer']
const architectures = ['cellular', 'hardened', 'shared-fate']
const faulty = scenarios.filter(name => name !== 'calm')
/** All of them on one runtime is enough; no other test runs this one on containers. */
const scenariosOn = { processes: scenarios, containers: ['wrong-issuer'] }

/** By runtime: `scenario architecture verdict`, sorted. */
const verdicts = new Map<string, string[]>()

describeOnRuntimes(runtime => {
  let room: Room
  let ended: Ended
  let results: Results

  beforeAll(async () => {
    room = new Room()
    const file = join(room.folder, 'results.json')
    ended = await room.run([...scenariosOn[runtime], '--runtime', runtime, '--json', file]).ended
    results = parseResults(readFileSync(file, 'utf8'), file)
    const words = results.runs.map(run => `${run.scenario} ${run.architecture} ${run.verdict}`)
    verdicts.set(runtime, words.sort())
  })
  afterAll(() => room[Symbol.asyncDispose]())

  const runOf = (scenario: string, architecture: string): RunResult => {
    const run = results.runs.find(each => each.scenario === scenario && each.architecture === architecture)
    if (!run) throw new Error(`no run of ${scenario} on ${architecture}`)
    return run
  }

  test('all predictions hold', () => {
    const pairs = scenariosOn[runtime].flatMap(scenario => architectures.map(each => `${scenario} ${each}`))
    const open = results.runs.filter(({ verdict }) => verdict !== 'held')
    expect(open.map(({ scenario, architecture, reasons }) => ({ scenario, architecture, reasons }))).toEqual(
      [],
    )
    expect(verdicts.get(runtime)).toEqual(pairs.map(pair => `${pair} held`).sort())
    expect(ended.code).toBe(0)
  })

  test('the results are of this runtime, in both places', () => {
    const inOut = join(room.out, 'results.json')
    expect(parseResults(readFileSync(inOut, 'utf8'), inOut)).toEqual(results)
    expect(results.runtime).toBe(runtime)
    expect(ended.output).toContain(`--runtime ${runtime} --seed ${results.seed}`)
  })

  describe.each(faulty.filter(name => scenariosOn[runtime].includes(name)))('%s', scenario => {
    test('logs people out of the web in shared-fate, and nobody in the others', () => {
      const groupsOf = (architecture: string) =>
        runOf(scenario, architecture).outcome?.forcedLogouts.groups ?? []
      const web = groupsOf('shared-fate').filter(
        ({ app, surface }) => app !== controlApp && surface === 'web',
      )
      expect(web).not.toEqual([])
      // All regions together: one of four sessions that its user has just ended would be a quarter.
      for (const [app, groups] of Map.groupBy(web, group => group.app)) {
        const alive = groups.reduce((sum, group) => sum + (group.alive ?? 0), 0)
        const forcedOut = groups.reduce((sum, { share, alive = 0 }) => sum + share * alive, 0)
        expect(forcedOut / alive, app).toBeGreaterThan(0.9)
      }
      for (const architecture of ['hardened', 'cellular']) {
        const groups = groupsOf(architecture)
        expect(groups).not.toEqual([])
        for (const { app, surface, count } of groups)
          expect(count, `${app} ${surface} in ${architecture}`).toBe(0)
      }
    })

    test.each(architectures)('has evidence of the fault in %s', architecture => {
      const { evidence } = runOf(scenario, architecture)
      expect(evidence).not.toEqual([])
      for (const { witness, observed } of evidence) expect([witness, observed]).not.toContain('')
    })
  })

  test('nobody who was thrown out is served', () => {
    expect(results.runs.map(({ outcome }) => outcome?.falseAccepts)).toEqual(results.runs.map(() => 0))
  })

  test('the control app is never harmed', () => {
    for (const { scenario, architecture, outcome } of results.runs) {
      const control = outcome?.segments.filter(({ app }) => app === controlApp) ?? []
      const where = `${scenario} on ${architecture}`
      expect(control, where).not.toEqual([])
      const harms = control.map(({ harm }) => harm ?? 1)
      expect(harms.reduce((sum, harm) => sum + harm, 0) / harms.length, where).toBeLessThan(0.02)
    }
  })

  test('nothing stays', () => room.expectNothingLeft())
})

test('both runtimes come to the same verdicts', ({ skip }) => {
  const shared = scenariosOn.containers
  const [first, second] = [...verdicts.values()].map(words =>
    words.filter(word => shared.some(name => word.startsWith(`${name} `))),
  )
  if (second === undefined) skip('only one runtime ran')
  expect(first).toEqual(second)
})
