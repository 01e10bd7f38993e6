/**
 * A crowd as a program, so that measuring has a core's event loop to itself: whatever the harness is busy with, arrivals
 * are on time and latencies are those of the stack. It is told what to do over the channel to its parent, and ends with it.
 */
import { HarnessError, messageOf } from '../errors.ts'
import { Crowd } from './crowd.ts'
import type { Command, Replies, Word } from './messages.ts'

const batchEveryMs = 100

process.once('disconnect', () => process.exit(0))
process.on('message', (command: Command) => {
  void carryOut(command).then(
    value => say({ type: 'done', number: command.number, value }),
    error => {
      const isHarness = error instanceof HarnessError
      say({ type: 'failed', number: command.number, message: messageOf(error), isHarness })
    },
  )
})

let crowd: Crowd | undefined
let sent = { intents: 0, sessions: 0, deadSessionProbes: 0 }

function carryOut(command: Command): Promise<Replies[Command['type']]> {
  if (command.type === 'warm-up') {
    crowd = new Crowd(command.options)
    return crowd.warmUp()
  }
  if (!crowd) throw new Error('the crowd has not been told what it is')
  if (command.type === 'take-load-off') return crowd.takeLoadOff(command.forMs).then(() => null)
  return command.type === 'start' ? start(crowd, command.beginsAtMs) : finish(crowd, command.early)
}

async function start(started: Crowd, beginsAtMs: number | undefined): Promise<Replies['start']> {
  await started.start(beginsAtMs === undefined ? {} : { beginsAtMs })
  setInterval(() => sendBatch(started), batchEveryMs).unref()
  return { zeroNs: process.hrtime.bigint() - BigInt(Math.round(started.now() * 1e6)) }
}

async function finish(finishing: Crowd, early: boolean): Promise<Replies['finish']> {
  const { intents: _, sessions: __, deadSessionProbes: ___, ...rest } = await finishing.finish({ early })
  sendBatch(finishing)
  const { user, system } = process.cpuUsage()
  return { ...rest, scheduleLagMs: finishing.scheduleLagMs, cpuMs: Math.round((user + system) / 1_000) }
}

function sendBatch({ recorded }: Crowd): void {
  const batch = {
    intents: recorded.intents.slice(sent.intents),
    sessions: recorded.sessions.slice(sent.sessions),
    deadSessionProbes: recorded.deadSessionProbes.slice(sent.deadSessionProbes),
  }
  sent = {
    intents: recorded.intents.length,
    sessions: recorded.sessions.length,
    deadSessionProbes: recorded.deadSessionProbes.length,
  }
  if (Object.values(batch).some(list => list.length > 0)) say({ type: 'recorded', batch })
}

function say(word: Word): void {
  process.send?.(word)
}
