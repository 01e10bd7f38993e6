/** What each scenario says that it needs, tried in simulation: it is taken away, and the scenario has to break. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSensitivity } from '../../harness/outcome/sensitivity-file.ts'
import { mitigations } from '../../harness/stack/architectures.ts'
import { nodeBinary, rootFolder } from '../../harness/stack/node-binary.ts'

const home = mkdtempSync(join(tmpdir(), 'firebreak-needs-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('every need of every scenario is confirmed, and every mitigation is needed by one', () => {
  const file = join(home, 'needs.json')
  const program = join(rootFolder, 'harness/cli/firebreak.js')
  const args = [program, 'sensitivity', '--needs', '--seed', '42', '--json', file]
  const { status, stdout, stderr } = spawnSync(nodeBinary(), args, { cwd: rootFolder, encoding: 'utf8' })
  expect(status, `${stdout}${stderr}`).toBe(0)
  const { needs, deadWeight } = readSensitivity(file)
  expect(needs.length).toBeGreaterThan(30)
  expect(needs.filter(({ confirmed, tried }) => tried && !confirmed)).toEqual([])
  expect(deadWeight).toEqual([])
  const needed = needs.flatMap(({ mitigation, confirmed }) => (confirmed ? mitigation.split(' or ') : []))
  expect(mitigations.filter(each => !needed.includes(each))).toEqual([])
  // TLS is not simulated.
  const untried = needs.filter(({ tried }) => !tried).map(({ scenario }) => scenario)
  expect(new Set(untried)).toEqual(new Set(['expired-certificate']))
}, 600_000)
