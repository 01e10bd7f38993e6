import { expect, test } from 'vitest'
import { refusalsIn } from '../../../harness/run/refusal-trail.ts'

const refusal = (service: string, trace: string, more = {}) =>
  JSON.stringify({
    time: '2026-11-22T10:00:00.000Z',
    service,
    event: 'credential-refused',
    trace,
    reason: 'inactive',
    hops: [{ to: 'auth', path: '/introspect', status: 200 }],
    ...more,
  })

test('collects what all services wrote of a trace, and passes over all else', () => {
  const refusals = refusalsIn({
    feed: [
      'Debugger attached.',
      JSON.stringify({ service: 'feed', event: 'listening', port: 1 }),
      refusal('feed', 'a'),
      `${refusal('feed', 'c').slice(0, 60)}`,
      refusal('feed', 'd', { hops: 'none' }),
    ],
    'auth-1': [`stdout: ${refusal('auth-1', 'a', { hops: [] })}`, refusal('auth-1', 'b')],
  })
  expect([...refusals.keys()].toSorted()).toEqual(['a', 'b'])
  expect(refusals.get('a')).toEqual([
    { service: 'feed', reason: 'inactive', hops: [{ to: 'auth', path: '/introspect', status: 200 }] },
    { service: 'auth-1', reason: 'inactive', hops: [] },
  ])
})
