/** Several stacks at a time: of one architecture too, and each with its own runs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseResults } from '../../../harness/outcome/results.ts'
import { Room } from '../room.ts'

test('two stacks of one architecture run side by side, and nothing stays of either', async () => {
  await using room = new Room()
  const run = room.run('calm --architecture hardened --runtime processes --repeat 2 --stacks 2'.split(' '))
  let mostAtATime = 0
  const watch = setInterval(() => {
    mostAtATime = Math.max(mostAtATime, room.ledgers().length)
  }, 100)
  const { code, output } = await run.ended.finally(() => clearInterval(watch))
  expect(mostAtATime, output).toBe(2)
  const file = join(room.out, 'results.json')
  const { runs, errors } = parseResults(readFileSync(file, 'utf8'), file)
  expect(errors).toEqual([])
  expect(runs.map(({ scenario, architecture }) => `${scenario} ${architecture}`)).toEqual([
    'calm hardened',
    'calm hardened',
  ])
  // Two slow cores may be too busy with two of them to measure on; broken or failed is neither.
  for (const { verdict, reasons } of runs) expect(['held', 'not-proven'], reasons.join()).toContain(verdict)
  expect([0, 2]).toContain(code)
  await room.expectNothingLeft()
}, 300_000)
