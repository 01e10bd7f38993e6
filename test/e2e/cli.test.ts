import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseResults } from '../../harness/outcome/results.ts'
import { type Ended, Room } from './room.ts'

const noEngine = { DOCKER_HOST: 'tcp://127.0.0.1:1' }
const escapeCode = '\u001B['

describe('wrong usage', () => {
  test.each([
    [
      ['run', 'nope'],
      ['"nope"', 'calm', 'wrong-issuer'],
    ],
    [
      ['run', 'calm', 'nope', 'nada'],
      ['"nope", "nada"', 'calm'],
    ],
    [
      ['run', '--architecture', 'hardened,nope'],
      ['"nope"', 'shared-fate', 'hardened', 'cellular'],
    ],
    [
      ['run', '--runtime', 'nope'],
      ['"nope"', 'auto', 'containers', 'processes'],
    ],
    [
      ['run', '--nope'],
      ['--nope', '--architecture', '--runtime', '--seed'],
    ],
    [
      ['run', '--seed', 'nope'],
      ['--seed', "'nope'", 'whole number'],
    ],
    [
      ['run', '--seed', '-1'],
      ['--seed', "'-1'", 'whole number'],
    ],
    [
      ['run', '--stacks', '0'],
      ['--stacks', "'0'", 'from 1 to 16'],
    ],
    [
      ['run', '--stacks', '2', '--runtime', 'simulation'],
      ['--stacks', 'real services', 'all cores'],
    ],
    [
      ['up', '--architecture', 'nope'],
      ['"nope"', 'shared-fate', 'hardened', 'cellular'],
    ],
    [
      ['up', '--runtime', 'nope'],
      ['"nope"', 'auto', 'containers', 'processes'],
    ],
    [
      ['up', '--nope'],
      ['--nope', '--architecture', '--runtime', '--json'],
    ],
    [
      ['up', 'nope'],
      ['nope', '--json'],
    ],
    [['nope'], ["'nope'", 'run', 'up', 'list', 'doctor']],
    [
      ['list', 'nope'],
      ['nope', '--json'],
    ],
    [[], ['run', 'up', 'list', 'doctor']],
  ])('%j ends with 64 and names what there is', async (args, told) => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(args)
    for (const words of told) expect(output).toContain(words)
    expect(output).not.toContain('    at ')
    expect(code).toBe(64)
    expect(room.stacks()).toEqual([])
  })

  test('a seed in the environment that is none ends with 64 and is named', async () => {
    await using room = new Room()
    const { code, output } = await room.run(['calm'], { FIREBREAK_SEED: 'nope' }).ended
    expect(output).toContain('FIREBREAK_SEED is "nope"')
    expect(output).not.toContain('    at ')
    expect(code).toBe(64)
    expect(room.stacks()).toEqual([])
  })
})

describe('asking for what there is', () => {
  test.each([
    [['--help']],
    [['run', '--help']],
    [['up', '--help']],
    [['list', '--help']],
    [['doctor', '--help']],
    [['help']],
  ])('%j ends with 0', async args => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(args)
    expect(output).toContain('Usage: firebreak')
    expect(code).toBe(0)
  })

  test('list shows scenarios, faults and architectures, without escape codes', async () => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(['list'])
    for (const word of [
      'calm',
      'wrong-issuer',
      'latency',
      'config-push',
      'shared-fate',
      'hardened',
      'cellular',
    ]) {
      expect(output).toContain(word)
    }
    expect(output).not.toContain(escapeCode)
    expect(code).toBe(0)
  })

  test('list --replays is a timeline, with how many times faster time runs here', async () => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(['list', '--replays'])
    expect(code).toBe(0)
    expect(output).toMatch(
      /2020-12-14 {2}google .*store-read-only: .*\n.*20013.*\n.*47 min there, 6 s here: 470 times faster/,
    )
  })

  test('list --json has all that a program needs', async () => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(['list', '--json'])
    expect(code).toBe(0)
    const listing = JSON.parse(output)
    expect(listing.schema).toBe(1)
    expect(listing.scenarios).toContainEqual({
      name: 'wrong-issuer',
      title: expect.any(String),
      story: expect.any(String),
      cause: 'config',
      replays: 'meta-2026-06-12',
      source: expect.stringContaining('June 12 2026'),
      compression: { lastedMs: 3 * 3_600_000, faultMs: 6_000 },
      differs: expect.any(String),
      fidelity: expect.arrayContaining([{ fact: 'web sessions ended', atLeast: 0.8 }]),
      scope: expect.arrayContaining([{ activity: 'sign-in' }]),
      needs: expect.any(Array),
      needsOneOf: [],
      parts: [],
      architectures: ['shared-fate', 'hardened', 'cellular'],
    })
    expect(listing.faults).toContainEqual({
      kind: 'latency',
      layer: 'network',
      summary: expect.any(String),
      params: expect.objectContaining({ type: 'object' }),
      runtimes: expect.arrayContaining(['processes']),
      imitated: ['simulation'],
      needs: [],
    })
    expect(listing.architectures).toContainEqual({ name: 'shared-fate', mitigations: [] })
    expect(listing.architectures).toContainEqual({
      name: 'hardened',
      mitigations: expect.arrayContaining(['circuit-breaker']),
    })
  })

  test('list with a word shows only that', async () => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(['list', 'faults'])
    expect(output).toContain('latencyMs 1..600000')
    expect(output).toContain('processes (imitated)')
    for (const other of ['Scenarios', 'Architectures']) expect(output).not.toContain(other)
    expect(code).toBe(0)
  })

  test('Playwright lists the scenarios by itself, without an engine', async () => {
    await using room = new Room()
    const playwright = join('node_modules', '@playwright', 'test', 'cli.js')
    const env = { ...noEngine, FIREBREAK_OUT: room.out }
    const { code, output } = await room.node([playwright, 'test', '--list'], env).ended
    expect(output).toMatch(/\[hardened\] .*calm: Nothing happens/)
    expect(code).toBe(0)
    // Results of an earlier run stay.
    expect(existsSync(room.out)).toBe(false)
    expect(room.stacks()).toEqual([])
  })
})

describe('what cannot be had', () => {
  test('--runtime containers without an engine ends with 3 and says what to do', async () => {
    await using room = new Room()
    const { code, output } = await room.run(['calm', '--runtime', 'containers'], noEngine).ended
    for (const words of ['tcp://127.0.0.1:1', 'DOCKER_HOST', '--runtime processes']) {
      expect(output).toContain(words)
    }
    expect(code).toBe(3)
    expect(room.stacks()).toEqual([])
  })

  test.each([
    ['--out', '/proc/nowhere'],
    ['--out', '/proc/nowhere/deeper'],
    ['--out', '/dev/null'],
    ['--json', '/proc/nowhere/file.json'],
    ['--json', '/proc'],
  ])('%s %s ends with 3 before anything runs', async (option, path) => {
    await using room = new Room()
    const { code, output } = await room.firebreakEnds(['run', 'calm', '--out', room.out, option, path])
    expect(output).toContain(`${option} ${path}`)
    expect(output).toContain('cannot be written to')
    expect(code).toBe(3)
    expect(room.stacks()).toEqual([])
  })
})

describe('a run whose copy of the results cannot be written', () => {
  let room: Room
  let ended: Ended
  beforeAll(async () => {
    room = new Room()
    const args = ['calm', '--architecture', 'hardened', '--runtime', 'auto', '--seed', '7']
    ended = await room.run([...args, '--json', '/dev/full'], noEngine).ended
  })
  afterAll(() => room[Symbol.asyncDispose]())

  test('falls back to processes where no engine answers, and says so first', () => {
    const first = ended.output.split('\n').slice(0, 5).join('\n')
    expect(first).toMatch(/runtime +processes/)
    expect(first).toContain('tcp://127.0.0.1:1')
    expect(first).toMatch(/seed +7\b/)
  })

  test('has its results in the output folder all the same', () => {
    const file = join(room.out, 'results.json')
    const { runs, seed } = parseResults(readFileSync(file, 'utf8'), file)
    expect(seed).toBe(7)
    expect(runs).toMatchObject([{ scenario: 'calm', architecture: 'hardened', verdict: 'held' }])
  })

  test('ends with 3 and says which file', () => {
    expect(ended.output).toMatch(/error.*\/dev\/full.*ENOSPC/)
    expect(ended.code).toBe(3)
  })

  test('says last how to repeat it', () => {
    const last = ended.output.trimEnd().split('\n').at(-1)
    expect(last).toMatch(/npx firebreak run calm --architecture hardened --runtime processes --seed 7$/)
  })

  test('writes no escape codes to what is no terminal', () => {
    expect(ended.output).not.toContain(escapeCode)
  })
})

describe('playwright test', () => {
  test('runs a scenario by itself, with NO_COLOR without escape codes', async () => {
    await using room = new Room()
    const playwright = join('node_modules', '@playwright', 'test', 'cli.js')
    const args = [playwright, 'test', '--project=hardened', '--grep', 'calm']
    const env = {
      FIREBREAK_RUNTIME: 'processes',
      FIREBREAK_OUT: room.out,
      NO_COLOR: '1',
    }
    const { code, output } = await room.node(args, env).ended
    expect(output).toMatch(/calm +hardened +held \(1 of 1\)/)
    expect(output).not.toContain(escapeCode)
    expect(code).toBe(0)
    expect(existsSync(join(room.out, 'results.json'))).toBe(true)
    await room.expectNothingLeft()
  })
})
