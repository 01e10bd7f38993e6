/**
 * Outlives the harness by a moment. It holds the reading end of a pipe that only the harness writes to: when the pipe
 * ends without the word `done`, the harness is dead, however it died, and what its stack left is removed.
 *
 *   node harness/stack/watchdog.ts <stack> <its folder>
 */
import { Ledger } from './ledger.ts'
import { sweep } from './sweep.ts'

const tries = 5

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const [stack, folder] = process.argv.slice(2)
if (stack === undefined || folder === undefined) {
  process.stderr.write('usage: watchdog.ts <stack> <its folder>\n')
  process.exit(64)
}

let heard = ''
for await (const chunk of process.stdin) heard += String(chunk)
if (!heard.includes('done')) {
  for (let tried = 1; tried <= tries; tried += 1) {
    try {
      await sweep(new Ledger(stack, folder))
      break
    } catch {
      await new Promise(resolve => setTimeout(resolve, 500 * tried))
    }
  }
}
