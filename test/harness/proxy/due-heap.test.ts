import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Due, DueHeap } from '../../../harness/proxy/due-heap.ts'

const command = fc.record({ item: fc.nat(20), dueAt: fc.nat(100), remove: fc.boolean() })

test('always knows which is due first, however its members are moved and removed', () => {
  const property = fc.property(fc.array(command, { maxLength: 200 }), commands => {
    const heap = new DueHeap<Due>()
    const items = Array.from({ length: 21 }, () => ({ dueAt: 0, place: -1 }))
    const inside = new Set<Due>()
    for (const { item, dueAt, remove } of commands) {
      const chosen = items[item]
      if (chosen === undefined) continue
      if (remove) {
        heap.remove(chosen)
        inside.delete(chosen)
      } else {
        chosen.dueAt = dueAt
        heap.put(chosen)
        inside.add(chosen)
      }
      const soonest = inside.size === 0 ? undefined : Math.min(...[...inside].map(each => each.dueAt))
      expect(heap.first?.dueAt).toBe(soonest)
    }
    expect(items.filter(({ place }) => place >= 0)).toHaveLength(inside.size)
  })
  fc.assert(property)
})
