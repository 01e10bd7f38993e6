import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UsageError } from '../../../../harness/errors.ts'
import { type SensitivityCell, sensitivityFindings } from '../../../../harness/outcome/sensitivity.ts'
import { readSensitivity, sensitivityJson } from '../../../../harness/outcome/sensitivity-file.ts'
import { reportOf } from '../../../../harness/report/html/document.ts'
import { someResults } from '../runs.ts'

const folder = mkdtempSync(join(tmpdir(), 'firebreak-sensitivity-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cell = (
  removed: string | null,
  verdict: SensitivityCell['verdict'],
  isolation: number | null = 1,
): SensitivityCell => ({
  ...{ scenario: 'slow-store', architecture: 'hardened', removed, verdict, isolation },
  ...{ forcedLogouts: isolation === null ? null : 12, reasons: ['<b>no</b>'] },
})
const cells = [
  cell(null, 'held'),
  cell('bulkhead', 'broke', 0.42),
  cell('cells', 'held'),
  cell('retry-budget', 'error', null),
]
const found = {
  ...{ seed: 7, cells },
  ...sensitivityFindings(cells, { 'slow-store': { needs: ['bulkhead', 'cells'] } }),
}

function written(text: string): string {
  const file = join(folder, 'sensitivity.json')
  writeFileSync(file, text)
  return file
}

test('what is written is read again as it was', () => {
  expect(readSensitivity(written(sensitivityJson(found)))).toMatchObject(found)
})

test('the report shows what broke without what, and what is not confirmed', async () => {
  const page = await reportOf(someResults(), found)
  expect(page).toContain('4 runs in simulation, seed 7')
  expect(page).toMatch(/data-heat="3"\s+title="broke: sessions forced out: 12, isolation 0\.420"\s*>0\.42</)
  expect(page).toContain('slow-store says that it needs cells, and does not break without it')
  expect(page).toContain('no scenario here breaks without them: cells, retry-budget')
  expect(page).not.toContain('<b>no</b>')
  expect(await reportOf(someResults())).not.toContain('What each mitigation holds')
})

test.each([
  ['no JSON', '{', /is not JSON/],
  ['of another kind', '{"schema":1,"runs":[]}', /seed: /],
  ['of another version', sensitivityJson(found).replace('"schema": 1', '"schema": 2'), /schema: /],
])('a file that is %s is refused', (_title, text, why) => {
  const file = written(text)
  expect(() => readSensitivity(file)).toThrow(UsageError)
  expect(() => readSensitivity(file)).toThrow(why)
  expect(() => readSensitivity(file)).toThrow(/firebreak sensitivity --json/)
})
