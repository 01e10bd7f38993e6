import type { Command } from 'commander'
import { styleFor } from '../report/style.ts'
import { architectureNames, architectureOf } from '../stack/architectures.ts'
import { loadArchitectures } from '../stack/load-architectures.ts'
import { chooseRuntime } from '../stack/runtimes.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { removeDeadStacks } from '../stack/survey.ts'
import { createDemoAccounts } from './demo-accounts.ts'
import { renderUp, upListing } from './up-listing.ts'

interface UpOptions {
  architecture: string
  runtime: string
  json?: boolean
}

export function addUp(program: Command): void {
  program
    .command('up')
    .description('start the family of apps and leave it running, to look at and to break by hand')
    .option(
      '--architecture <name>',
      `${architectureNames.join(', ')}, or one of scenarios/architectures.ts`,
      'hardened',
    )
    .option('--runtime <name>', 'auto, containers or processes', 'auto')
    .option('--json', 'say as JSON where everything is')
    .addHelpText('after', '\nCtrl-C ends it and removes everything that it started.')
    .action(up)
}

/** Ends with 0 when it is told to stop, and 130 when that was before it was up. */
async function up(options: UpOptions): Promise<void> {
  await loadArchitectures()
  const architecture = architectureOf(options.architecture)
  const { runtime, why } = await chooseRuntime(options.runtime)
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const stopped = stopRequest(say)
  await removeDeadStacks({ engine: runtime === 'containers' }, say)
  say(`starting ${architecture.name} on ${runtime} (${why})`)

  let stack: Stack | undefined
  try {
    stack = await startStack({ runtime, architecture, log: say, signal: stopped })
    const listing = upListing(stack, await createDemoAccounts(stack))
    const text = options.json
      ? JSON.stringify(listing, null, 2)
      : renderUp(listing, styleFor(process.stdout)).join('\n')
    process.stdout.write(`${text}\n`)
    say('Ctrl-C ends it and removes everything')
    await aborted(stopped)
  } catch (error) {
    if (!stopped.aborted) throw error
    process.exitCode = 130
  } finally {
    await stack?.stop()
  }
  say('removed everything')
}

/** Aborts when the process is told to stop, or when nobody can read what it says any more. */
function stopRequest(say: (line: string) => void): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    // Who asks twice does not want to wait: the stack's watchdog removes the rest.
    if (controller.signal.aborted) process.exit(130)
    say('removing everything')
    controller.abort(new Error('told to stop'))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.stderr.on('error', () => {})
  process.stdout.on('error', () => controller.abort(new Error('nobody reads this')))
  return controller.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    // A listener for a signal does not keep a process from ending.
    const awake = setInterval(() => {}, 2 ** 30)
    signal.addEventListener('abort', () => {
      clearInterval(awake)
      resolve()
    })
  })
}
