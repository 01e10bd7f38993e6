import { randomBytes, randomInt } from 'node:crypto'
import type { Command } from 'commander'
import { CrowdProcess } from '../crowd/crowd-process.ts'
import { crowdStackOf } from '../crowd/operator.ts'
import { everybody, type Group } from '../crowd/population.ts'
import { messageOf, UsageError } from '../errors.ts'
import { type Need, needs } from '../faults/fault.ts'
import { styleFor } from '../report/style.ts'
import { openRoom } from '../room/open-room.ts'
import { loadScenarios } from '../run/load-scenarios.ts'
import { architectureNames, architectureOf } from '../stack/architectures.ts'
import { loadOwn } from '../stack/load-own.ts'
import { chooseRuntime } from '../stack/runtimes.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { removeDeadStacks } from '../stack/survey.ts'
import { createDemoAccounts } from './demo-accounts.ts'
import { longDurationOf } from './long-duration.ts'
import { renderUp, upListing } from './up-listing.ts'

interface UpOptions {
  architecture: string
  runtime: string
  json?: boolean
  crowd: boolean
  for: number
  port: number
  parts: Need[]
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
    .option('--parts <a,b>', `what it has besides: ${needs.join(', ')}`, readParts, [])
    .option('--no-crowd', 'without users')
    .option('--for <duration>', 'how long the users stay, at most 60m', longDurationOf('--for'), 30 * 60_000)
    .option('--port <number>', 'of the control room; default: any that is free', readPort, 0)
    .option('--json', 'say as JSON where everything is')
    .addHelpText('after', '\nCtrl-C ends it and removes everything that it started.')
    .action(up)
}

/** Ends with 0 when it is told to stop, and 130 when that was before it was up. */
async function up(options: UpOptions): Promise<void> {
  await loadOwn()
  const architecture = architectureOf(options.architecture)
  const { runtime, why } = await chooseRuntime(options.runtime)
  const say = (line: string) => process.stderr.write(`${line}\n`)
  const stopped = stopRequest(say)
  await removeDeadStacks({ engine: runtime === 'containers' }, say)
  say(`starting ${architecture.name} on ${runtime} (${why})`)

  let stack: Stack | undefined
  await using open = new AsyncDisposableStack()
  try {
    stack = await startStack({ runtime, architecture, log: say, signal: stopped, features: options.parts })
    const started = upListing(stack, await createDemoAccounts(stack))
    const crowd = options.crowd ? open.use(await startCrowd(stack, options.for, say)) : undefined
    const room = open.use(
      await openRoom({
        stack,
        scenarios: await loadScenarios(),
        listing: started,
        crowd,
        crowdMs: options.for,
        port: options.port,
      }),
    )
    const listing = { ...started, room: room.url }
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
    // Faults first: the stack is to be whole when it goes.
    await open.disposeAsync().catch(error => say(messageOf(error)))
    await stack?.stop()
  }
  say('removed everything')
}

/**
 * A crowd to look at, not to measure with: half as many visits, so that a slow machine has room for a browser too. Nobody's
 * session is about to run out: a timeline of half an hour is planned for longer than such a session has left.
 */
const lookedAt = (): Group[] =>
  everybody().map(group => ({
    ...group,
    browseEveryMs: 2 * group.browseEveryMs,
    newcomersPerSecond: group.newcomersPerSecond / 4,
    nearExpiry: 0,
    expired: 0,
  }))

/** The users, who begin at once. */
async function startCrowd(
  stack: Stack,
  timelineMs: number,
  say: (line: string) => void,
): Promise<CrowdProcess> {
  say('signing everybody in')
  const crowd = new CrowdProcess(stack.id, {
    stack: crowdStackOf(stack),
    groups: lookedAt(),
    seed: randomInt(2 ** 31 - 1),
    run: `up-${randomBytes(2).toString('hex')}`,
    timelineMs,
  })
  try {
    await crowd.warmUp()
    await crowd.start()
    return crowd
  } catch (error) {
    await crowd[Symbol.asyncDispose]()
    throw error
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port
  throw new UsageError(`--port ${text}: give a number from 0 to 65535`)
}

function readParts(text: string): Need[] {
  return text.split(',').map(name => {
    const found = needs.find(each => each === name)
    if (found) return found
    throw new UsageError(`--parts: there is no "${name}"; there are: ${needs.join(', ')}`)
  })
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
