/** Whatever is sent, the service answers, and never that it is its own fault. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adminToken, first, startConfig } from './world.ts'

const number = fc.oneof(fc.integer({ min: -1, max: 5 }), fc.double(), fc.bigInt().map(String))
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('app', 'c', 'us', '__proto__'))
const path = fc.oneof(
  fc.constantFrom('', '/history', '/rollout', '/rollback', '/freeze', '/acknowledgements', '/health'),
  fc.tuple(number, text).map(([after, client]) => `/watch?after=${after}&client=${encoded(client)}`),
  fc.tuple(number, number).map(([from, to]) => `/diff?from=${from}&to=${to}`),
  text.map(name => `/${encoded(name)}`),
)
/** What a client says that is as it should be. */
const wellFormed = fc.record({
  name: fc.constant('app'),
  path: fc.constant('/acknowledgements'),
  body: fc
    .record({
      client: fc.constantFrom('a', 'b'),
      version: fc.integer({ min: 1, max: 9 }),
      status: fc.constantFrom('applied', 'refused'),
    })
    .map(said => JSON.stringify(said)),
  isOperator: fc.boolean(),
})
const emergency = fc.record({
  name: fc.constant('app'),
  path: fc.constant(''),
  body: fc.jsonValue().map(value => JSON.stringify({ value, emergency: true })),
  isOperator: fc.constant(true),
})
const counts = fc.record({ good: number, bad: number })
const body = fc.oneof(
  fc.record({ value: fc.jsonValue(), emergency: fc.boolean() }),
  fc.record({ change: fc.jsonValue() }),
  fc.record({ to: number }),
  fc.record({ frozen: fc.oneof(fc.boolean(), text) }),
  fc.record({
    client: text,
    version: number,
    status: fc.constantFrom('applied', 'refused', 'x'),
    reason: text,
  }),
  fc.record({ client: text, version: number, before: counts, since: counts }),
  fc.jsonValue(),
)

function encoded(value: string): string {
  return encodeURIComponent(value.toWellFormed())
}

test('no request is answered with 5xx', { timeout: 60_000 }, async () => {
  const service = startConfig({ staged: true, watchMs: 1, bakeMs: 0 })
  const request = fc.record({
    name: fc.oneof({ weight: 5, arbitrary: fc.constant('app') }, { weight: 1, arbitrary: text.map(encoded) }),
    path,
    body: fc.oneof(
      body.map(value => JSON.stringify(value)),
      fc.string({ unit: 'binary' }),
      fc.constant(undefined),
    ),
    isOperator: fc.boolean(),
  })
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 6, arbitrary: request }, wellFormed, emergency),
      async ({ name, path, body, isOperator }) => {
        const response = await service.request(`http://config.test/documents/${name}${path}`, {
          ...(body === undefined ? {} : { method: 'POST', body }),
          headers: isOperator ? { authorization: `Bearer ${adminToken}` } : {},
        })
        await response.text()
        statuses.add(response.status)
        expect(response.status).toBeLessThan(500)
      },
    ),
    { numRuns: 1_500 },
  )
  service.stop()
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 404]))
  expect(await (await startConfig().request('/documents/app')).json()).toMatchObject({ value: first })
})
