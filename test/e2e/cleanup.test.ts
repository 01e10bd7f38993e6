/** However a run ends, nothing of it stays. To find processes it takes Linux. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { StackError } from '../../harness/errors.ts'
import { architectureOf } from '../../harness/stack/architectures.ts'
import { Ledger } from '../../harness/stack/ledger.ts'
import { startStack } from '../../harness/stack/stack.ts'
import { family, type Topology } from '../../harness/stack/topology.ts'
import { isFull, triedNow } from './breadth.ts'
import { describeOnRuntimes } from './containers-support.ts'
import { type Ended, kill, Room, type Run } from './room.ts'

const runner = /@playwright\/test\/cli\.js test/
const watchdog = /watchdog\.ts/

/** A run whose stack is up, and that is busy. */
async function runWithStack(room: Room, runtime: string): Promise<Run> {
  const run = room.run(['wrong-issuer', '--architecture', 'hardened', '--runtime', runtime])
  await run.says(/signing everybody in/, 180_000)
  return run
}

/** A run in the middle of starting its stack: some services run, others are on their way. */
async function runWhileStarting(room: Room, runtime: string): Promise<Run> {
  const run = room.run(['wrong-issuer', '--architecture', 'hardened', '--runtime', runtime])
  await run.says(/starting a stack/, 180_000)
  await vi.waitUntil(() => room.ledgers().some(ledger => ledger.entries().length > 6), { timeout: 60_000 })
  return run
}

/** A way to end. */
interface End {
  title: string
  end: (room: Room, run: Run) => void
  expected: Partial<Ended>
  says?: RegExp
  onlyInFull?: boolean
}

/** In the middle of a fault. */
const ends: End[] = [
  {
    title: 'SIGINT',
    end: (_room, run) => run.signal('SIGINT'),
    expected: { code: 130 },
    says: /fault off: config-push at auth\n.*NOT PROVEN wrong-issuer on hardened\n +interrupted\n.*results /s,
  },
  {
    title: 'a second SIGINT, where the first comes to nothing',
    end(room, run) {
      // It holds the stack, and hears nobody.
      kill(room.owner(), 'SIGSTOP')
      run.signal('SIGINT')
      setTimeout(() => run.signal('SIGINT'), 1_000)
    },
    expected: { code: 130 },
    says: /removing everything at once/,
    onlyInFull: true,
  },
  {
    title: 'the death of the program',
    end: (_room, run) => run.signal('SIGKILL'),
    expected: { signal: 'SIGKILL' },
    onlyInFull: true,
  },
  {
    title: 'the death of the process that owns the stack',
    end: room => kill(room.owner(), 'SIGKILL'),
    expected: { code: 3 },
    says: /worker process exited unexpectedly/,
  },
]

/** These say nothing of faults, so they come while the stack is starting, and on one runtime only. */
const moreEnds: End[] = [
  {
    title: 'SIGINTs of somebody without patience',
    end(_room, run) {
      run.signal('SIGINT')
      run.signal('SIGINT')
      // Playwright takes a second one within a second for an echo of the first.
      setTimeout(() => run.signal('SIGINT'), 1_100)
    },
    expected: { code: 130 },
    onlyInFull: true,
  },
  { title: 'SIGTERM', end: (_room, run) => run.signal('SIGTERM'), expected: { code: 143 } },
  {
    title: 'the end of its terminal',
    end(room, run) {
      run.signal('SIGHUP')
      for (const pid of room.find(runner)) kill(pid, 'SIGHUP')
    },
    expected: { signal: 'SIGHUP' },
    onlyInFull: true,
  },
  {
    title: 'the death of the test runner',
    end(room) {
      for (const pid of room.find(runner)) kill(pid, 'SIGKILL')
    },
    expected: { code: 3 },
    says: /test runner was ended by SIGKILL.*doctor/,
  },
  {
    title: 'the death of all three at once',
    end(room, run) {
      for (const pid of [run.pid, ...room.find(runner), room.owner()]) kill(pid, 'SIGKILL')
    },
    expected: { signal: 'SIGKILL' },
    onlyInFull: true,
  },
  { title: 'the end of whoever reads its output', end: (_room, run) => run.closeOutput(), expected: {} },
]

describe.skipIf(process.platform !== 'linux')('clean-up', () => {
  describeOnRuntimes(runtime => {
    describe('nothing stays after', () => {
      // A stack of containers takes long to start.
      const here = triedNow(ends).filter(
        ({ title }) => isFull || runtime === 'processes' || title === 'SIGINT',
      )
      test.each(here)('$title', async end => {
        await using room = new Room()
        const run = await runWithStack(room, runtime)
        await run.says(/fault on/)
        await expectCleanEnd(room, run, end)
      })

      test.runIf(runtime === 'processes').each(triedNow(moreEnds))('$title', async end => {
        await using room = new Room()
        await expectCleanEnd(room, await runWhileStarting(room, runtime), end)
      })
    })

    test('nothing stays after a start that fails, whose error names the service and its last words', async () => {
      await using room = new Room()
      vi.stubEnv('TMPDIR', room.folder)
      const error = await startStack({
        runtime,
        architecture: architectureOf('hardened'),
        topology: withRole('feed', 'nobody'),
      }).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      vi.unstubAllEnvs()
      expect(error).toBeInstanceOf(StackError)
      expect((error as StackError).service).toBe('feed')
      expect((error as StackError).message).toMatch(/^feed: .*ended.*its last words:.*ROLE/is)
      expect((error as StackError).logs.join('\n')).toContain('ROLE')
      await room.expectNothingLeft()
    })

    test.runIf(isFull || runtime === 'processes')(
      'doctor leaves the living alone and removes the dead',
      async () => {
        await using room = new Room()
        await using elsewhere = new Room()
        const run = await runWithStack(room, runtime)
        const [stack = ''] = room.stacks()

        // Also one that keeps its ledgers elsewhere, and so does not see this one.
        for (const place of [room, elsewhere]) {
          const { code, output } = await place.firebreakEnds(['doctor'])
          expect(code).toBe(0)
          expect(output).not.toMatch(new RegExp(`(removed|left over).*${stack}`))
          if (place === room) expect(output).toMatch(new RegExp(`running +${stack}`))
        }
        expect(room.ledgers().map(ledger => ledger.stack)).toEqual([stack])

        await killWithoutTrace(room, run)
        const left = await room.leftovers()
        expect(left).not.toEqual([])

        const dry = await room.firebreakEnds(['doctor', '--dry-run'])
        expect(dry.output.match(new RegExp(`left over +${stack}`, 'g'))).toHaveLength(1)
        expect(dry.code).toBe(0)
        const still = await room.leftovers()
        expect(left).toEqual(expect.arrayContaining(still))
        // A service whose log nobody reads any more ends by itself with the next line that it writes.
        expect(still).toEqual(expect.arrayContaining(left.filter(what => !what.includes('/services/'))))

        const first = await room.firebreakEnds(['doctor'])
        expect(first.output).toMatch(new RegExp(`removed +${stack}`))
        expect(first.code).toBe(0)
        expect(await room.leftovers()).toEqual([])

        const second = await room.firebreakEnds(['doctor'])
        expect(second.output).not.toContain(stack)
        expect(second.code).toBe(0)
      },
    )
  })

  describe('the next run', () => {
    test('removes what the last one left', async () => {
      await using room = new Room()
      const run = await runWithStack(room, 'processes')
      const [stack = ''] = room.stacks()
      await killWithoutTrace(room, run)
      expect(await room.leftovers()).not.toEqual([])

      const next = room.run(['calm', '--architecture', 'hardened', '--runtime', 'processes'])
      await next.says(new RegExp(`removed what the dead run ${stack} had left`))
      await next.says(/starting a stack/)
      next.signal('SIGINT')
      await next.ended
      await room.expectNothingLeft()
    })

    test('runs all the same where that cannot be removed now', async () => {
      await using room = new Room()
      const folder = join(room.ledgerRoot, 'fb-of-the-dead')
      mkdirSync(folder, { recursive: true })
      const ledger = new Ledger('fb-of-the-dead', folder)
      ledger.record({ kind: 'owner', pid: process.pid, start: 'somebody else', runtime: 'containers' })
      ledger.record({ kind: 'containers' })
      const args = ['calm', '--architecture', 'hardened', '--runtime', 'processes']
      const run = room.run(args, { DOCKER_HOST: 'tcp://127.0.0.1:1' })
      await run.says(/fb-of-the-dead had left could not all be removed.*tcp:\/\/127\.0\.0\.1:1.*doctor/)
      await run.says(/starting a stack/)
      run.signal('SIGINT')
      await run.ended
      expect(room.ledgers().map(({ stack }) => stack)).toContain(ledger.stack)
      ledger.remove()
      await room.expectNothingLeft()
    })
  })
})

async function expectCleanEnd(room: Room, run: Run, { end, expected, says }: End): Promise<void> {
  end(room, run)
  const ended = await run.ended
  await room.expectNothingLeft()
  expect(ended).toMatchObject(expected)
  if (says) expect(ended.output).toMatch(says)
}

/** Kills the watchdog first, so that nobody is left to clean up. */
async function killWithoutTrace(room: Room, run: Run): Promise<void> {
  for (const pid of room.find(watchdog)) kill(pid, 'SIGKILL')
  kill(room.owner(), 'SIGKILL')
  await run.ended
}

function withRole(wanted: string, role: string): Topology {
  const services = family.services.map(service => (service.name === wanted ? { ...service, role } : service))
  return { ...family, services }
}
