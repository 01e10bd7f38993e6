/** A toxic is one value: these are of kinds that the catalogue does not have, made from outside. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { int64, jsonField } from '../../../harness/proxy/fields.ts'
import type { ToxicType } from '../../../harness/proxy/stage.ts'
import { catalogue } from '../../../harness/proxy/toxics/catalogue.ts'
import { startClient, startEchoServer, startProxyServer } from './support.ts'

/** Passes so many bytes, then closes. */
const limit: ToxicType<{ bytes: number }> = {
  type: 'limit',
  goName: 'LimitToxic',
  attributes: { bytes: int64 },
  check: ({ bytes }) => (bytes < 0 ? `bytes is ${bytes}, and must not be negative` : undefined),
  start(context) {
    let passed = 0
    return {
      write({ data, receivedAt }) {
        const rest = context.attributes.bytes - passed
        passed += data.length
        context.pass({ data: data.subarray(0, rest), receivedAt })
        if (data.length > rest) context.touch(data.length - rest)
        if (data.length >= rest) context.end()
      },
      end: () => context.end(),
      release: () => {},
    }
  },
}

const broken: ToxicType = {
  type: 'broken',
  goName: 'BrokenToxic',
  attributes: {},
  start: () => ({
    write() {
      throw new Error('bug')
    },
    end: () => {},
    release: () => {},
  }),
}

/** Has an attribute that is more than a number. */
const nested: ToxicType<{ onlyIf: { paths: string[]; status?: number | undefined } }> = {
  type: 'nested',
  goName: 'NestedToxic',
  attributes: {
    onlyIf: jsonField(
      z.strictObject({
        paths: z.array(z.string().startsWith('/', 'must begin with /')),
        status: z.int().optional(),
      }),
      { paths: [] },
    ),
  },
  start: context => ({ write: chunk => context.pass(chunk), end: () => context.end(), release: () => {} }),
}

test('the catalogue has every type once', () => {
  const types = catalogue.map(({ type }) => type)
  expect(new Set(types).size).toBe(types.length)
  expect(types).toEqual(expect.arrayContaining(['latency', 'noop', 'reset_peer', 'timeout']))
})

test('a new toxic works from its one value', async () => {
  await using server = await startProxyServer({ toxics: [limit] })
  await using echo = await startEchoServer()
  using client = await startClient(await server.proxyTo(echo.port))
  await server.must('POST', '/proxies/p/toxics', { type: 'limit', attributes: { bytes: 5 } })
  client.socket.write('1234567')
  await client.until('ended', peer => peer.ended)
  expect(client.text).toBe('12345')
  expect((await server.evidence()).toxics.limit_downstream).toMatchObject({ connections: 1, bytes: 2 })
})

test('its own check answers 400, when added and when changed', async () => {
  await using server = await startProxyServer({ toxics: [limit] })
  await server.proxyTo(9)
  const bad = { attributes: { bytes: -1 } }
  const added = await server.ask('POST', '/proxies/p/toxics', { type: 'limit', ...bad })
  expect(added.status).toBe(400)
  expect(JSON.parse(added.body).error).toBe(
    'invalid attributes of a limit toxic: bytes is -1, and must not be negative',
  )
  await server.must('POST', '/proxies/p/toxics', { type: 'limit', name: 'l', attributes: { bytes: 5 } })
  expect((await server.ask('PATCH', '/proxies/p/toxics/l', bad)).status).toBe(400)
  expect(await server.must('GET', '/proxies/p/toxics/l')).toMatchObject({ attributes: { bytes: 5 } })
})

test('a fault in a toxic ends its connection only, and is told', async () => {
  const faults: unknown[] = []
  await using server = await startProxyServer({ toxics: [broken], onFault: fault => faults.push(fault) })
  await using echo = await startEchoServer()
  const port = await server.proxyTo(echo.port)
  using client = await startClient(port)
  await server.must('POST', '/proxies/p/toxics', { type: 'broken', name: 'b' })
  client.socket.write('x')
  await client.until('ended', peer => peer.ended)
  expect(String(faults[0])).toBe('Error: toxic b (broken) failed')
  await server.must('DELETE', '/proxies/p/toxics/b')
  using next = await startClient(port)
  await next.echo('fine')
})

test('an attribute can be any JSON that its schema accepts', async () => {
  await using server = await startProxyServer({ toxics: [nested] })
  await server.proxyTo(9)
  const add = (attributes?: object) =>
    server.ask('POST', '/proxies/p/toxics', { type: 'nested', name: 'n', attributes })
  for (const [attributes, text] of [
    [
      { onlyIf: { paths: ['/a', 'b'] } },
      'NestedToxic.attributes.onlyIf.paths[1]: must begin with /, got "b"',
    ],
    [
      { ONLYIF: { paths: [], status: 'x' } },
      'NestedToxic.attributes.onlyIf.status: Invalid input: expected number, received string, got "x"',
    ],
    [
      { onlyIf: { paths: [], foo: 1 } },
      'NestedToxic.attributes.onlyIf: Unrecognized key: "foo", got {"paths":[],"foo":1}',
    ],
  ] as const) {
    const reply = await add(attributes)
    expect([reply.status, JSON.parse(reply.body).error]).toEqual([400, `bad request body: ${text}`])
  }
  expect(JSON.parse((await add()).body)).toMatchObject({ attributes: { onlyIf: { paths: [] } } })
  const change = { attributes: { onlyif: { paths: ['/x'], status: 503 } } }
  expect(await server.must('PATCH', '/proxies/p/toxics/n', change)).toMatchObject({
    attributes: { onlyIf: { paths: ['/x'], status: 503 } },
  })
})
