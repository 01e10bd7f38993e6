import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { OutcomeResult, RunResult } from '../../../harness/outcome/results.ts'
import { type Row, renderReasons, renderScoreboard, rowsOf } from '../../../harness/report/scoreboard.ts'
import { styleFor } from '../../../harness/report/style.ts'

const plain = pc.createColors(false)

interface Parts extends Partial<Omit<RunResult, 'outcome'>> {
  outcome?: Partial<OutcomeResult> | undefined
}

function run({ outcome = {}, ...parts }: Parts = {}): RunResult {
  return {
    scenario: 'wrong-issuer',
    architecture: 'hardened',
    verdict: 'held',
    reasons: [],
    timelineMs: 14_000,
    wallMs: 20_000,
    evidence: [],
    outcome: {
      isolation: 1,
      forcedLogouts: { count: 0, share: 0 },
      falseAccepts: 0,
      timeToContainMs: 0,
      timeToRecoverMs: 0,
      metastable: false,
      amplification: 1,
      segments: [],
      ...outcome,
    },
    ...parts,
  }
}

/** A run that failed before there was anything to measure. */
function failed(parts: Parts = {}): RunResult {
  const { outcome: _, ...rest } = run({ verdict: 'error', ...parts })
  return rest as RunResult
}

const bad = {
  isolation: 0.4137,
  forcedLogouts: { count: 26, share: 1 },
  timeToRecoverMs: 1_540,
}

describe('rowsOf', () => {
  test('gives each scenario and architecture one row, scenarios in the order in which they ran', () => {
    const rows = rowsOf([
      run({ scenario: 'wrong-issuer' }),
      run({ scenario: 'calm' }),
      run({ scenario: 'calm', architecture: 'shared-fate' }),
      run({ scenario: 'wrong-issuer', architecture: 'shared-fate' }),
    ])
    expect(rows.map(({ scenario, architecture }) => `${scenario} ${architecture}`)).toEqual([
      'wrong-issuer shared-fate',
      'wrong-issuer hardened',
      'calm shared-fate',
      'calm hardened',
    ])
  })

  test('puts architectures from weak to strong, then those of their users as they ran', () => {
    const names = ['own-b', 'cellular', 'own-a', 'shared-fate', 'hardened']
    expect(rowsOf(names.map(name => run({ architecture: name }))).map(row => row.architecture)).toEqual([
      'shared-fate',
      'hardened',
      'cellular',
      'own-b',
      'own-a',
    ])
  })

  test('counts the worst of several runs in each column', () => {
    const [row, ...others] = rowsOf([
      run({ outcome: { isolation: 0.999, timeToRecoverMs: 900, falseAccepts: 1 } }),
      run({ verdict: 'broke', outcome: { isolation: 0.98, forcedLogouts: { count: 2, share: 0.1 } } }),
      run({ outcome: { timeToRecoverMs: 2_500, forcedLogouts: { count: 1, share: 0.05 } } }),
    ])
    expect(others).toEqual([])
    expect(row).toEqual({
      scenario: 'wrong-issuer',
      architecture: 'hardened',
      runs: 3,
      verdict: 'broke',
      isolation: 0.98,
      forcedLogoutShare: 0.1,
      timeToRecoverMs: 2_500,
      falseAccepts: 1,
    })
  })

  test('takes one that did not recover as worse than any that did', () => {
    const [row] = rowsOf([
      run({ outcome: { timeToRecoverMs: 9_000 } }),
      run({ outcome: { timeToRecoverMs: null } }),
    ])
    expect(row?.timeToRecoverMs).toBeNull()
  })

  test('keeps what was measured beside a run that measured nothing', () => {
    const [row] = rowsOf([failed(), run({ outcome: { isolation: 0.5 } })])
    expect(row).toMatchObject({ runs: 2, verdict: 'error', isolation: 0.5 })
    expect(rowsOf([failed()])[0]).toMatchObject({
      isolation: undefined,
      forcedLogoutShare: undefined,
      timeToRecoverMs: undefined,
      falseAccepts: undefined,
    })
  })
})

describe('renderScoreboard', () => {
  test('shows verdict and outcome of each row', () => {
    const rows = rowsOf([
      run({ scenario: 'calm', architecture: 'shared-fate' }),
      run({ scenario: 'calm' }),
      run({ architecture: 'shared-fate', outcome: bad }),
      run({ verdict: 'broke', outcome: { isolation: 0.9, forcedLogouts: { count: 1, share: 0.0004 } } }),
      run({ scenario: 'auth-timeouts', architecture: 'shared-fate', verdict: 'not-proven' }),
      run({ scenario: 'auth-timeouts', architecture: 'shared-fate', outcome: { timeToRecoverMs: null } }),
      failed({ scenario: 'auth-timeouts' }),
    ])
    expect(`\n${renderScoreboard(rows, plain).join('\n')}\n`).toMatchInlineSnapshot(`
      "
        scenario            architecture verdict        isolation  logged out recovery
        calm                shared-fate  held           1.000      0 %        0.0 s
                            hardened     held           1.000      0 %        0.0 s
        wrong-issuer        shared-fate  held           0.414      100 %      1.5 s
                            hardened     BROKE          0.900      <0.1 %     0.0 s
        auth-timeouts       shared-fate  NOT PROVEN x2  1.000      0 %        stuck
                            hardened     ERROR          -          -          -

        held: what the scenario predicts for that architecture came true, good or bad.
        isolation: 1 when nobody outside the scope of the fault was harmed.
      "
    `)
  })

  test('says loudly what could not be run, but not of a row that has runs', () => {
    const not = failed({ verdict: 'not-proven', notRunnable: 'x' })
    expect(renderScoreboard(rowsOf([not]), plain)[1]).toMatch(/NOT RUNNABLE +- +- +-$/)
    expect(renderScoreboard(rowsOf([not, run()]), plain)[1]).toMatch(/NOT PROVEN x2 +1\.000/)
    expect(renderReasons([not], plain).join()).toContain('NOT RUNNABLE wrong-issuer on hardened')
  })

  test('does not call one stuck that had no time to recover', () => {
    const cut = run({ verdict: 'not-proven', cutShort: 'interrupted', outcome: { timeToRecoverMs: null } })
    expect(renderScoreboard(rowsOf([cut]), plain)[1]).toMatch(/NOT PROVEN +1\.000 +0 % +-$/)
  })

  test('cuts no name of the library in 80 columns, and none of 30 letters in 120', () => {
    const rows = (scenario: string) =>
      rowsOf(
        ['shared-fate', 'hardened'].map(architecture =>
          run({ scenario, architecture, verdict: 'not-proven' }),
        ),
      )
    const [, first] = renderScoreboard(rows('bad-build-everywhere'), plain)
    expect(first).toMatchInlineSnapshot(
      `"  bad-build-everywhere  shared-fate  NOT PROVEN   1.000      0 %        0.0 s"`,
    )
    const long = 'a-scenario-of-30-letters-name-'
    for (const line of renderScoreboard(rows(long), plain)) expect(line.length).toBeLessThanOrEqual(80)
    const wide = renderScoreboard(rows(long), plain, undefined, 120)
    expect(wide[1]).toContain(`${long}  shared-fate  NOT PROVEN`)
    for (const line of wide) expect(line.length).toBeLessThanOrEqual(120)
  })

  test('is 80 columns wide at most, with the longest names and verdicts', () => {
    const row: Row = {
      scenario: 'a-scenario-with-a-name-that-does-not-end',
      architecture: 'an-architecture-of-ones-own',
      runs: 99,
      verdict: 'not-proven',
      isolation: 0.123456,
      forcedLogoutShare: 0.99999,
      timeToRecoverMs: 123_456,
      falseAccepts: 0,
    }
    const lines = renderScoreboard([row, { ...row, timeToRecoverMs: null }], plain)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines[1]).toContain('a-scenario-with-a-… an-architec… NOT PROVEN x99 ')
  })

  test('gives the long name of an architecture what the names of the scenarios leave', () => {
    const lines = renderScoreboard(rowsOf([run({ architecture: 'hardened-no-grace' })]), plain)
    expect(lines[1]).toContain('wrong-issuer  hardened-no-grace  held ')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('in colours says the same', () => {
    const rows = rowsOf([run({ verdict: 'broke', outcome: bad })])
    const lines = renderScoreboard(rows, pc.createColors(true))
    expect(lines[1]).toContain('\u001b[31mBROKE')
    const withoutColours = lines.map(line => stripVTControlCharacters(line).trimEnd())
    expect(withoutColours).toEqual(renderScoreboard(rows, plain))
  })
})

describe('styleFor', () => {
  afterEach(() => vi.unstubAllEnvs())

  test.each([
    ['a terminal', {}, true, true],
    ['a file', {}, false, false],
    ['a terminal that cannot', { TERM: 'dumb' }, true, false],
    ['a terminal whose owner wants none', { NO_COLOR: '1' }, true, false],
    ['a file whose owner wants some', { FORCE_COLOR: '1' }, false, true],
    ['both wishes', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false, false],
  ])('for %s', (_, variables, isTTY, isColourful) => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) vi.stubEnv(name, undefined)
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    expect(styleFor({ isTTY }).red('x') !== 'x').toBe(isColourful)
  })
})

describe('renderReasons', () => {
  test('names the first few of many reasons, and says how many more there are', () => {
    const reasons = (count: number) => Array.from({ length: count }, (_, index) => `reason ${index}`)
    const shown = (count: number) =>
      renderReasons([run({ verdict: 'broke', reasons: reasons(count) })], plain).slice(2)
    expect(shown(8)).toEqual(reasons(8).map(reason => `    ${reason}`))
    expect(shown(27)).toHaveLength(8)
    expect(shown(27).at(-1)).toBe('    and 20 more, in the results file')
  })

  test('gives what did not hold, worst first, else in the order in which it ran', () => {
    const lines = renderReasons(
      [
        run({ scenario: 'one', verdict: 'not-proven', reasons: ['no evidence'] }),
        run({ scenario: 'two' }),
        run({ scenario: 'three', verdict: 'broke', reasons: ['Expected: < 1\n\nReceived: 2', 'and more'] }),
        run({ scenario: 'four', verdict: 'broke', reasons: ['again'] }),
        run({ scenario: 'five', verdict: 'not-proven', reasons: ['too little traffic'] }),
        failed({ scenario: 'six', reasons: ['the stack did not start'] }),
        run({ scenario: 'seven', verdict: 'broke', reasons: ['last'] }),
      ],
      plain,
    )
    expect(`${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
        ERROR six on hardened
          the stack did not start

        BROKE three on hardened
          Expected: < 1

          Received: 2
          and more

        BROKE four on hardened
          again

        BROKE seven on hardened
          last

        NOT PROVEN one on hardened
          no evidence

        NOT PROVEN five on hardened
          too little traffic
      "
    `)
  })

  test('is empty if all held', () => {
    expect(renderReasons([run(), run()], plain)).toEqual([])
  })
})
