/** What this machine's services cost is measured on a stack, and a simulation takes it. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCosts } from '../../../harness/stack/simulation/costs-file.ts'
import { Room } from '../room.ts'

test.skipIf(process.platform !== 'linux')('costs are measured, and simulated with', async () => {
  await using room = new Room()
  const file = join(room.folder, 'costs.json')
  const calibrated = await room.firebreak(['calibrate', '--file', file]).ended
  expect(calibrated.output).toContain(`costs    ${file}`)
  expect(calibrated.code).toBe(0)
  const { requestMs, hopMs, hashMs } = readCosts(file)
  // A request to an app passes an edge, asks auth and makes a page; config is only watched.
  for (const program of ['app', 'auth', 'edge'] as const) expect(requestMs[program]).toBeGreaterThan(0.05)
  expect(hopMs).toBeLessThan(requestMs.app)
  expect(hashMs).toBeGreaterThan(1)
  await room.expectNothingLeft()

  const run = ['calm', '--architecture', 'hardened', '--seed', '1', '--costs', file]
  const simulated = await room.run([...run, '--runtime', 'simulation']).ended
  expect(simulated.output).toContain(`--costs ${file}`)
  expect(simulated.output).toMatch(/calm +hardened +held/)
  const real = await room.run([...run, '--runtime', 'processes']).ended
  expect(real.output).toContain('--costs is for simulations')
  expect(real.code).toBe(64)
})
