/** What becomes of a run whose faults do not come off as they should, is stopped by itself, or cannot be at all. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Results, RunResult } from '../../../harness/outcome/results.ts'
import { play, resultsIn, urlOf } from '../played.ts'
import { type Ended, Room } from '../room.ts'

/** A user's own fault: a toxic whose undo is whatever is given. */
const head = `
import { defineFault, latency, scenario } from ${urlOf('harness/index.ts')}
import { createRequire } from 'node:module'
const { z } = createRequire(${urlOf('package.json')})('zod')
const slow = latency({ link: 'feed -> auth', latencyMs: 20 })
const stuck = (how, hard) => defineFault({
  kind: 'stuck', layer: 'network', summary: 'It stays', params: z.strictObject({}),
  target: () => 'feed',
  inject: async (_, stack) => ({
    ...(await slow.inject(stack)),
    undo: how,
    ...(hard ? { undoHard: hard } : {}),
  }),
})({})
const no = async () => { throw new Error('it will not') }
const nowhere = defineFault({
  kind: 'nowhere', layer: 'process', summary: 'Not here', params: z.strictObject({}), target: () => 'feed',
  runtimes: { containers: 'real' }, inject: no,
})({})
const secured = defineFault({
  kind: 'secured', layer: 'key', summary: 'With TLS', params: z.strictObject({}), target: () => 'feed', needs: ['tls'],
  inject: async (_, stack) => ({
    ...(await slow.inject(stack)),
    evidence: async () => [{ fault: 'secured', target: 'feed', witness: 'test', observed: [...stack.features].join() }],
  }),
})({})
const one = (fault, more = {}) => scenario({
  title: 'One', cause: 'network', scope: [{}], faults: [{ at: '1s', for: '2s', fault }], duration: '5s',
  verdict: { hardened() {} }, ...more,
})
`

/** By the length of their timelines, in which they run. */
const scenarios = {
  'a-dirty': `one(stuck(no))`,
  'b-lost': `one(stuck(no, no), { duration: '5.1s' })`,
  'c-aborted': `one(slow, { duration: '30s', faults: [{ at: '1s', for: '20s', fault: slow }],
    abortWhen: live => live.nowMs > 1500 && live.goodput({ app: 'feed' }) > 0 && 'enough is seen' })`,
  'd-forgotten': `one(stuck(async () => {}), { duration: '5.2s' })`,
  'e-nowhere': `one(nowhere, { duration: '5.3s' })`,
  'g-secured': `one(secured)`,
  'f-mistaken': `one(slow, { duration: '5.4s', abortWhen: () => { throw new Error('no such thing') } })`,
}

describe('a run', () => {
  let ended: Ended
  let results: Results
  const runOf = (name: keyof typeof scenarios) =>
    results.runs.find(({ scenario }) => scenario === name) as RunResult

  beforeAll(async () => {
    await using room = new Room()
    const files = Object.entries(scenarios).map(
      ([name, text]) => [name, `${head}export default ${text}\n`] as const,
    )
    ended = await play(room, Object.fromEntries(files)).ended
    results = resultsIn(room)
    await room.expectNothingLeft()
  })

  test('whose fault cannot be undone is recovered the hard way, and never held', () => {
    expect(runOf('a-dirty')).toMatchObject({
      verdict: 'not-proven',
      dirtyRecovery: ['stuck at feed: it will not'],
      reasons: expect.arrayContaining(['it was recovered the hard way, by us: stuck at feed: it will not']),
    })
    expect(ended.output).toMatch(/a-dirty .*fault off the hard way: stuck at feed: it will not/)
  })

  test('whose undo does nothing is found out by the heal check, and mended', () => {
    expect(runOf('d-forgotten')).toMatchObject({
      verdict: 'not-proven',
      dirtyRecovery: [
        expect.stringMatching(/^toxic latency-\w+ is on feed-to-auth-1 after the undo$/),
        expect.anything(),
      ],
    })
  })

  test('that cannot be recovered at all is an error, and the next one gets another stack', () => {
    expect(runOf('b-lost')).toMatchObject({
      verdict: 'error',
      reasons: [
        expect.stringMatching(/^stuck at feed: it will not; and the hard way failed, too: it will not$/),
      ],
    })
    const { output } = ended
    const lost = output.search(/b-lost .*ERROR/)
    const next = output.search(/d-forgotten .*starting a stack/)
    expect(lost).toBeGreaterThan(0)
    expect(next).toBeGreaterThan(lost)
  })

  test('that asks for a feature gets a stack that has it', () => {
    expect(runOf('g-secured').evidence).toMatchObject([{ observed: 'tls' }])
    // Those that share the plain stack come first.
    const { output } = ended
    expect(output.search(/g-secured .*starting a stack/)).toBeGreaterThan(
      output.search(/c-aborted .*NOT PROVEN/),
    )
  })

  test('that says itself when to stop is stopped there, with its reason', () => {
    const run = runOf('c-aborted')
    expect(run).toMatchObject({
      verdict: 'not-proven',
      reasons: [expect.stringMatching(/^aborted at \d+ ms: enough is seen$/)],
      cutShort: expect.stringContaining('enough is seen'),
    })
    expect(run.timelineMs).toBeLessThan(15_000)
    expect(run.dirtyRecovery).toBeUndefined()
    expect(ended.output).toMatch(/c-aborted .*fault off: latency at feed -> auth/)
  })

  test('whose abortWhen makes a mistake is an error that says so', () => {
    expect(runOf('f-mistaken')).toMatchObject({ verdict: 'error', reasons: ['abortWhen: no such thing'] })
  })

  test('that cannot be here is said loudly, and counts as not proven', () => {
    const why = 'nowhere cannot be injected on processes, only on containers'
    expect(runOf('e-nowhere')).toMatchObject({
      verdict: 'not-proven',
      notRunnable: why,
      reasons: [`not runnable here: ${why}`],
    })
    expect(ended.output).toMatch(/NOT RUNNABLE e-nowhere on hardened/)
    // Errors are worse.
    expect(results.exitCode).toBe(3)
  })
})
