import { describe, expect, test } from 'vitest'
import { createPlaces } from '../../../services/common/bulkhead.ts'
import { createCaller } from '../../../services/common/caller.ts'
import { inTrace, logRefusal, noteHop, noteReason, traceHeaders } from '../../../services/common/trace.ts'

const id = '4bf92f3577b34da6a3ce929d0e0e4736'
const sampled = `00-${id}-00f067aa0ba902b7-01`
const asking = (traceparent?: string) =>
  new Request('http://feed/', { headers: traceparent === undefined ? {} : { traceparent } })

function logged() {
  const lines: { event: string; fields: Record<string, unknown> | undefined }[] = []
  const log = (event: string, fields?: Record<string, unknown>) => void lines.push({ event, fields })
  return { lines, log }
}

describe('a request with a trace', () => {
  test('hands the trace on, with another parent each time', () => {
    const [one, other] = inTrace(asking(sampled), () => [traceHeaders(), traceHeaders()])
    const form = new RegExp(`^00-${id}-[0-9a-f]{16}-01$`)
    expect(one?.traceparent).toMatch(form)
    expect(other?.traceparent).toMatch(form)
    expect(other?.traceparent).not.toBe(one?.traceparent)
    expect(one?.traceparent).not.toContain('00f067aa0ba902b7')
  })

  test('writes down what led to a refusal', () => {
    const { lines, log } = logged()
    inTrace(asking(sampled), () => {
      noteHop({ to: 'auth', path: '/introspect', failure: 'timeout' })
      noteReason('the session was revoked')
      logRefusal(log, 'inactive')
    })
    expect(lines).toEqual([
      {
        event: 'credential-refused',
        fields: {
          trace: id,
          reason: 'inactive: the session was revoked',
          hops: [{ to: 'auth', path: '/introspect', failure: 'timeout' }],
        },
      },
    ])
  })

  test('is not mixed up with another at the same time', async () => {
    const { lines, log } = logged()
    const other = '0af7651916cd43dd8448eb211c80319c'
    const handle = (reason: string, afterMs: number) => async () => {
      noteReason(reason)
      await new Promise(resolve => setTimeout(resolve, afterMs))
      logRefusal(log, 'no')
    }
    await Promise.all([
      inTrace(asking(sampled), handle('one', 20)),
      inTrace(asking(`00-${other}-00f067aa0ba902b7-01`), handle('other', 5)),
    ])
    expect(lines.map(({ fields }) => [fields?.trace, fields?.reason])).toEqual([
      [other, 'no: other'],
      [id, 'no: one'],
    ])
  })

  test('keeps a bounded number of calls and reasons', () => {
    const { lines, log } = logged()
    inTrace(asking(sampled), () => {
      for (let call = 0; call < 100; call += 1) {
        noteHop({ to: 'auth', path: '/introspect', status: 500 })
        noteReason('again')
      }
      logRefusal(log, 'no')
    })
    expect(lines[0]?.fields?.hops).toHaveLength(8)
    expect(String(lines[0]?.fields?.reason).length).toBeLessThan(100)
  })
})

test.each([
  ['none at all', undefined],
  ['one that is not sampled', `00-${id}-00f067aa0ba902b7-00`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
  ['a parent of zeros', `00-${id}-${'0'.repeat(16)}-01`],
  ['capital letters', sampled.toUpperCase()],
  ['half of one', sampled.slice(0, 30)],
  ['something else', '"; DROP TABLE sessions; --'],
])('with %s nothing is handed on or written down', (_, traceparent) => {
  const { lines, log } = logged()
  const headers = inTrace(asking(traceparent), () => {
    noteHop({ to: 'auth', path: '/', status: 200 })
    noteReason('because')
    logRefusal(log, 'no')
    return traceHeaders()
  })
  expect(headers).toEqual({})
  expect(lines).toEqual([])
})

test('a later version of the header is read by what it has in common with this one', () => {
  const headers = inTrace(asking(`cc-${id}-00f067aa0ba902b7-01-more`), traceHeaders)
  expect(headers.traceparent).toContain(id)
})

test('a caller sends the trace, and notes each attempt with what came of it', async () => {
  const { lines, log } = logged()
  const sent: (string | null)[] = []
  const answers = [new Response('', { status: 503 }), new Response('{}', { status: 200 })]
  const mitigations = new Set<never>()
  const caller = createCaller({
    endpoints: () => ['http://auth-1'],
    name: 'auth',
    fetch: async (_url, init) => {
      sent.push(new Headers(init?.headers).get('traceparent'))
      return answers.shift() ?? new Response('')
    },
    log: () => {},
    mitigations,
    places: createPlaces(mitigations),
  })
  await inTrace(asking(sampled), async () => {
    await caller.call({ path: '/introspect', timeoutMs: 1_000, purpose: 'session-check' })
    logRefusal(log, 'no')
  })
  expect(sent).toHaveLength(2)
  for (const traceparent of sent) expect(traceparent).toContain(id)
  expect(lines[0]?.fields?.hops).toEqual([
    { to: 'auth', path: '/introspect', status: 503, failure: 'server-error' },
    { to: 'auth', path: '/introspect', status: 200 },
  ])
})
