import { expect, test } from 'vitest'
import { PieceQueue } from '../../../harness/proxy/piece-queue.ts'

function filled(...texts: string[]): PieceQueue {
  const queue = new PieceQueue()
  for (const [index, text] of texts.entries()) queue.push({ data: Buffer.from(text), receivedAt: index })
  return queue
}

test('takes pieces in order, never of two chunks', () => {
  const queue = filled('abcdef', 'gh')
  expect([4, 4, 1, 9].map(bytes => queue.take(bytes).toString())).toEqual(['abcd', 'ef', 'g', 'h'])
  expect([queue.empty, queue.bytes, queue.first]).toEqual([true, 0, undefined])
})

test('knows what is left', () => {
  const queue = filled('abcdef', 'gh')
  queue.take(4)
  expect([queue.bytes, queue.first?.data.toString(), queue.first?.receivedAt]).toEqual([4, 'ef', 0])
})

test('gives out the rest of a chunk begun, then the others', () => {
  const queue = filled('abcdef', 'gh', 'i')
  queue.take(4)
  expect(queue.drain().map(({ data }) => data.toString())).toEqual(['ef', 'gh', 'i'])
  expect([queue.empty, queue.bytes, queue.drain()]).toEqual([true, 0, []])
})
