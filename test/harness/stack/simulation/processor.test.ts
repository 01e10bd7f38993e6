import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../harness/stack/simulation/clock.ts'
import { Processor, WorkQueue } from '../../../../harness/stack/simulation/processor.ts'

/** When each piece of work is done, by its name, ms. */
async function doneAt(
  cores: number,
  begin: (processor: Processor, at: At) => void,
): Promise<Record<string, number>> {
  const clock = new VirtualClock()
  const times: Record<string, number> = {}
  await clock.drive(async () => {
    const done = (name: string) => () => {
      times[name] = Math.round(clock.now * 1e6) / 1e6
    }
    begin(new Processor(clock, cores), { done, after: (ms, run) => clock.after(ms, run) })
    await new Promise<void>(resolve => clock.after(1_000, resolve))
  })
  return times
}

interface At {
  done(name: string): () => void
  after(ms: number, run: () => void): void
}

test('nobody is faster than a whole core', async () => {
  const times = await doneAt(4, (processor, { done }) => {
    processor.begin(10, 1, done('one'))
    processor.begin(20, 1, done('other'))
  })
  expect(times).toEqual({ one: 10, other: 20 })
})

test('those who are more than the cores go at the same speed, and faster as others end', async () => {
  const times = await doneAt(2, (processor, { done }) => {
    for (const name of ['a', 'b', 'c']) processor.begin(10, 1, done(name))
    processor.begin(20, 1, done('long'))
  })
  // Four on two cores: half as fast each. Then the last one has a core, and ten left.
  expect(times).toEqual({ a: 20, b: 20, c: 20, long: 30 })
})

test('who comes later slows down who is there', async () => {
  const times = await doneAt(1, (processor, { done, after }) => {
    processor.begin(10, 1, done('first'))
    after(5, () => processor.begin(5, 1, done('second')))
  })
  expect(times).toEqual({ first: 15, second: 15 })
})

test('who gets a share of a core leaves the rest to others', async () => {
  const times = await doneAt(1, (processor, { done }) => {
    processor.begin(2, 0.25, done('limited'))
    processor.begin(8, 1, done('whole'))
  })
  // 1.25 cores are wanted, and there is one.
  expect(times.limited).toBe(10)
  expect(times.whole).toBe(10)
})

test('what is given up is never done, and its core is free', async () => {
  const times = await doneAt(1, (processor, { done, after }) => {
    const giveUp = processor.begin(10, 1, done('given up'))
    processor.begin(10, 1, done('other'))
    after(10, giveUp)
  })
  expect(times).toEqual({ other: 15 })
})

test('with cores for everybody nobody waits for others', async () => {
  const times = await doneAt(Number.POSITIVE_INFINITY, (processor, { done }) => {
    for (const name of ['a', 'b', 'c']) processor.begin(10, 1, done(name))
    processor.begin(10, 0.5, done('limited'))
    processor.begin(10, 1, done('given up'))()
  })
  expect(times).toEqual({ a: 10, b: 10, c: 10, limited: 20 })
})

test('a queue begins in order, so many at a time', async () => {
  const times = await doneAt(Number.POSITIVE_INFINITY, (processor, { done }) => {
    const queue = new WorkQueue(processor, 2)
    queue.add(10, done('a'))
    queue.add(30, done('b'))
    queue.add(5, done('c'))
    queue.add(5, done('d'))
  })
  expect(times).toEqual({ a: 10, b: 30, c: 15, d: 20 })
})

test('nothing of a queue that has ended is done', async () => {
  const times = await doneAt(1, (processor, { done, after }) => {
    const queue = new WorkQueue(processor, 1)
    queue.add(10, done('a'))
    queue.add(10, done('b'))
    const other = new WorkQueue(processor, 1)
    other.add(10, done('other'))
    after(4, () => queue.end())
  })
  // Half a core for 4 ms, and then a whole one.
  expect(times).toEqual({ other: 12 })
})
