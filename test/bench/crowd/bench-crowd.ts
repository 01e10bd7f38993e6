/**
 * `npm run bench crowd [seconds]`: what the crowd costs beside autocannon, against the same target in the same run, and what
 * idle users hold. Target and generators are processes of their own; a generator's processor time is its own.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { UsageError } from '../../../harness/errors.ts'
import { nodeBinary } from '../../../harness/stack/node-binary.ts'

interface Load {
  requests: number
  failed?: number
  cpuMs: number
  p99Ms: number
  lagMs?: number
  idle?: { totalMiB: number; usersMiB: number }
}

const loads = [
  { users: 2_000, perSecond: 0 },
  { users: 2_000, perSecond: 500 },
  { users: 2_000, perSecond: 2_000 },
]
const idleUsers = 10_000
const usersPerCoreAt = 1 / 3

export async function benchCrowd([seconds = '5', ...rest]: readonly string[]): Promise<void> {
  if (rest.length > 0 || !(Number(seconds) >= 1 && Number(seconds) <= 60))
    throw new UsageError(
      `crowd takes a number of seconds, 1 to 60; it was given: ${[seconds, ...rest].join(' ')}`,
    )
  const target = start('target.ts', [])
  try {
    const { door } = await heard<{ door: string }>(target)
    const cannon = await measure('cannon.ts', [door, seconds])
    const rate = rateOf(cannon)
    print(['', 'requests/s', 'per CPU-s', ': autocannon', 'p99 ms', 'lag ms', 'failed'])
    row('autocannon, 50 connections', cannon, Number(seconds), rate)
    for (const { users, perSecond } of loads) {
      const load = await measure('users.ts', [door, seconds, String(users), String(perSecond)])
      const how = perSecond === 0 ? 'crowd, 50 at a time' : `crowd, ${perSecond} a second planned`
      row(how, load, Number(seconds), rate)
      if (perSecond === 0)
        console.log(
          `  ${Math.round(rateOf(load) / usersPerCoreAt)} users per core, each looking in every 3 s`,
        )
    }
    const { idle } = await measure('users.ts', [door, '1', String(idleUsers), '100'])
    console.log(
      `${idleUsers} users signed in and idle: ${idle?.totalMiB.toFixed(0)} MiB in all, ${(((idle?.usersMiB ?? Number.NaN) * 1024) / idleUsers).toFixed(1)} KiB each`,
    )
  } finally {
    target.kill()
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, program), args, {
    execPath: nodeBinary(),
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
  })
}

async function measure(program: string, args: readonly string[]): Promise<Load> {
  const child = start(program, args)
  try {
    return await heard<Load>(child)
  } finally {
    child.kill()
  }
}

/** What a child says first. Rejects if it ends without a word. */
async function heard<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`it ended with ${code} before it had said anything`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message as T
}

function rateOf({ requests, cpuMs }: Load): number {
  return requests / (cpuMs / 1_000)
}

function row(name: string, load: Load, seconds: number, cannonRate: number): void {
  const rate = rateOf(load)
  print([
    name,
    (load.requests / seconds).toFixed(0),
    rate.toFixed(0),
    `${(rate / cannonRate).toFixed(2)}x`,
    load.p99Ms.toFixed(1),
    load.lagMs?.toFixed(1) ?? '-',
    String(load.failed ?? '-'),
  ])
}

function print([first = '', ...cells]: readonly string[]): void {
  console.log(first.padEnd(30) + cells.map(cell => cell.padStart(13)).join(''))
}
