/** The whole suite on one runtime, and one of its faults on the other: what the scenarios promise is what the results say, and nothing stays. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseResults, type Results, type RunResult } from '../../harness/outcome/results.ts'
import { controlApp } from '../../harness/scope.ts'
import { isFull } from './breadth.ts'
import { describeOnRuntimes } from './containers-support.ts'
import { type Ended, Room } from './room.ts'

const scenarios = isFull ? ['calm', 'wrong-issuer'] : ['wrong-issuer']
const architectures = isFull ? ['cellular', 'hardened', 'shared-fate'] : ['hardened', 'shared-fate']
const faulty = scenarios.filter(name => name !== 'calm')
/** All of them on one runtime is enough; no other test runs this one on containers. */
const scenariosOn = { processes: scenarios, containers: ['wrong-issuer'] }

/**
 * What the harness says of a machine that is too slow to measure on: two cores may be, with the whole family in containers
 * or with a family of cells. Such a run proves nothing, and is shown.
 */
const tooSlow = /too busy to measure on|steady state is not steady|too little traffic|has no traffic after/
const isTooSlow = ({ verdict, reasons }: RunResult) =>
  verdict === 'not-proven' && reasons.some(reason => tooSlow.test(reason))

/** Six runs of half a minute, on a machine that is three times slower than most. */
const suiteMsMax = 900_000

/** By runtime: `scenario architecture verdict`, sorted. */
const verdicts = new Map<string, string[]>()

describeOnRuntimes(runtime => {
  let room: Room
  let ended: Ended
  let results: Results

  beforeAll(async () => {
    room = new Room()
    const file = join(room.folder, 'results.json')
    ended = await room.run([
      ...scenariosOn[runtime],
      '--architecture',
      architectures.join(),
      '--runtime',
      runtime,
      '--json',
      file,
    ]).ended
    results = parseResults(readFileSync(file, 'utf8'), file)
    const measured = results.runs.filter(run => !isTooSlow(run))
    for (const run of results.runs)
      if (!measured.includes(run))
        console.warn(`NOT MEASURED: ${run.scenario} on ${run.architecture}: ${run.reasons[0]}`)
    const words = measured.map(run => `${run.scenario} ${run.architecture} ${run.verdict}`)
    verdicts.set(runtime, words.sort())
  }, suiteMsMax)
  afterAll(() => room[Symbol.asyncDispose]())

  const runOf = (scenario: string, architecture: string): RunResult => {
    const run = results.runs.find(each => each.scenario === scenario && each.architecture === architecture)
    if (!run) throw new Error(`no run of ${scenario} on ${architecture}`)
    return run
  }

  test('all predictions hold', () => {
    const pairs = scenariosOn[runtime].flatMap(scenario => architectures.map(each => `${scenario} ${each}`))
    const measured = results.runs.filter(run => !isTooSlow(run))
    const open = measured.filter(({ verdict }) => verdict !== 'held')
    expect(open.map(({ scenario, architecture, reasons }) => ({ scenario, architecture, reasons }))).toEqual(
      [],
    )
    expect(results.runs.map(run => `${run.scenario} ${run.architecture}`).sort()).toEqual(pairs.sort())
    // Without cells a family fits two slow cores: there something must have been measured.
    if (runtime === 'processes')
      expect(measured.filter(({ architecture }) => architecture !== 'cellular')).not.toEqual([])
    // 2: something is not proven.
    expect(ended.code).toBe(measured.length === pairs.length ? 0 : 2)
  })

  test('the results are of this runtime, in both places', () => {
    const inOut = join(room.out, 'results.json')
    expect(parseResults(readFileSync(inOut, 'utf8'), inOut)).toEqual(results)
    expect(results.runtime).toBe(runtime)
    expect(ended.output).toContain(`--runtime ${runtime} --seed ${results.seed}`)
  })

  describe.each(faulty.filter(name => scenariosOn[runtime].includes(name)))('%s', scenario => {
    test('logs people out of the web in shared-fate, and nobody in the others', ({ skip }) => {
      const slow = architectures.filter(each => isTooSlow(runOf(scenario, each)))
      if (slow.length > 0) skip(`this machine was too slow to measure ${slow.join(', ')}`)
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
        // A newcomer or two may just have been there.
        expect(forcedOut / alive, app).toBeGreaterThanOrEqual(0.85)
      }
      for (const architecture of architectures.filter(name => name !== 'shared-fate')) {
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
    const measured = results.runs.filter(run => !isTooSlow(run))
    expect(measured.map(({ outcome }) => outcome?.falseAccepts)).toEqual(measured.map(() => 0))
  })

  test('the control app is never harmed', () => {
    for (const run of results.runs) {
      if (isTooSlow(run)) continue
      const { scenario, architecture, outcome } = run
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
  // What only one of them could measure is compared with nothing.
  const pairOf = (word: string) => word.slice(0, word.lastIndexOf(' '))
  const both = first?.filter(word => second?.some(other => pairOf(other) === pairOf(word)))
  expect(both).toEqual(second)
})
