import { describe, expect, test } from 'vitest'
import { badBody, type Case, error, lat, prepared, table } from './conformance.ts'

describe('toxics', () => {
  const post = (title: string, body: unknown, status: number, answer: string | RegExp): Case => [
    title,
    'POST',
    '/proxies/p/toxics',
    body,
    status,
    answer,
  ]
  const patch = (title: string, body: unknown, status: number, answer: string | RegExp): Case => [
    title,
    'PATCH',
    '/proxies/p/toxics/lat',
    body,
    status,
    answer,
  ]
  const toxic = (attributes: string, name: string, stream = 'downstream', toxicity = '1', type = 'latency') =>
    `{"attributes":{${attributes}},"name":"${name}","type":"${type}","stream":"${stream}","toxicity":${toxicity}}`
  const zero = '"latency":0,"jitter":0'
  const wrongStream = error(400, 'stream was invalid, can be either upstream or downstream')
  const wrongType = error(400, 'invalid toxic type')
  const wrongLatency = (what: string) =>
    badBody(
      `json: cannot unmarshal ${what} into Go struct field LatencyToxic.attributes.latency of type int64`,
    )
  const withLatency = (spelling: string) => `{"type":"latency","attributes":{"latency":${spelling}}}`
  table([
    post(
      'fills in name, stream, toxicity and attributes',
      { type: 'latency' },
      200,
      toxic(zero, 'latency_downstream'),
    ),
    post(
      'names it after its stream',
      { type: 'latency', stream: 'upstream' },
      200,
      toxic(zero, 'latency_upstream', 'upstream'),
    ),
    post(
      'keeps the stream as typed',
      { type: 'timeout', stream: 'DownStream' },
      200,
      toxic('"timeout":0', 'timeout_DownStream', 'DownStream', '1', 'timeout'),
    ),
    post(
      'takes null for a stream as downstream',
      { type: 'latency', stream: null },
      200,
      toxic(zero, 'latency_downstream'),
    ),
    post(
      'takes null for attributes as none',
      { type: 'latency', attributes: null },
      200,
      toxic(zero, 'latency_downstream'),
    ),
    post(
      'takes an empty name as the default',
      { type: 'noop', name: '' },
      200,
      toxic('', 'noop_downstream', 'downstream', '1', 'noop'),
    ),
    post(
      'accepts reset_peer',
      { type: 'reset_peer' },
      200,
      toxic('"timeout":0', 'reset_peer_downstream', 'downstream', '1', 'reset_peer'),
    ),
    post('accepts negative attributes', withLatency('-5'), 200, /"latency":-5/),
    post(
      'ignores unknown attributes',
      { type: 'latency', attributes: { foo: 1 } },
      200,
      toxic(zero, 'latency_downstream'),
    ),
    post(
      'matches attribute names in any case',
      { type: 'latency', attributes: { LATENCY: 5 } },
      200,
      /"latency":5/,
    ),
    post('accepts toxicity 0', { type: 'latency', toxicity: 0 }, 200, /"toxicity":0}/),
    post(
      'rounds toxicity to a float32',
      '{"type":"latency","toxicity":0.123456789}',
      200,
      /"toxicity":0.12345679}/,
    ),
    post(
      'keeps the spelling of a short toxicity',
      '{"type":"latency","toxicity":0.3}',
      200,
      /"toxicity":0.3}/,
    ),
    post(
      'refuses a toxicity beyond float32',
      '{"type":"latency","toxicity":1e39}',
      400,
      badBody(
        'json: cannot unmarshal number 1e39 into Go struct field ToxicWrapper.toxicity of type float32',
      ),
    ),
    post(
      'refuses toxicity as text',
      { type: 'latency', toxicity: '0.5' },
      400,
      badBody('json: cannot unmarshal string into Go struct field ToxicWrapper.toxicity of type float32'),
    ),
    post('refuses an unknown stream before the type', { type: 'nope', stream: 'sideways' }, 400, wrongStream),
    post('refuses an empty stream', { type: 'latency', stream: '' }, 400, wrongStream),
    post(
      'refuses a stream that is a number',
      { type: 'latency', stream: 5 },
      400,
      badBody('json: cannot unmarshal number into Go struct field ToxicWrapper.stream of type string'),
    ),
    post('refuses an unknown type before the name', { type: 'nope', name: 'lat' }, 400, wrongType),
    post('refuses down', { type: 'down' }, 400, wrongType),
    post('tells types apart by case', { type: 'Latency' }, 400, wrongType),
    post('demands a type', 'null', 400, wrongType),
    post(
      'refuses a known name on either stream, before attributes',
      { type: 'latency', name: 'lat', stream: 'upstream', attributes: { latency: 'x' } },
      409,
      error(409, 'toxic already exists'),
    ),
    post('refuses a text attribute', withLatency('"x"'), 400, wrongLatency('string')),
    post('refuses a fraction', withLatency('1.5'), 400, wrongLatency('number 1.5')),
    post('refuses a point', withLatency('1.0'), 400, wrongLatency('number 1.0')),
    post('refuses an exponent', withLatency('1e3'), 400, wrongLatency('number 1e3')),
    post(
      'refuses what no integer holds',
      withLatency('99999999999999999999'),
      400,
      wrongLatency('number 99999999999999999999'),
    ),
    post(
      'refuses attributes as text',
      { type: 'latency', attributes: 'x' },
      400,
      badBody(
        'json: cannot unmarshal string into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic',
      ),
    ),
    post(
      'refuses attributes as an array',
      { type: 'latency', attributes: [] },
      400,
      badBody(
        'json: cannot unmarshal array into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic',
      ),
    ),
    post(
      'refuses an array',
      '[]',
      400,
      badBody('json: cannot unmarshal array into Go value of type toxics.ToxicWrapper'),
    ),
    patch(
      'changes one attribute',
      { attributes: { latency: 200 } },
      200,
      toxic('"latency":200,"jitter":10', 'lat'),
    ),
    patch(
      'changes the toxicity',
      { toxicity: 0.25 },
      200,
      toxic('"latency":100,"jitter":10', 'lat', 'downstream', '0.25'),
    ),
    patch('keeps what is null', { toxicity: null, attributes: null }, 200, lat),
    patch('ignores name, type and stream', { name: 'o', type: 'noop', stream: 'upstream' }, 200, lat),
    patch(
      'refuses toxicity as text',
      { toxicity: 'x' },
      400,
      badBody('json: cannot unmarshal string into Go struct field .toxicity of type float32'),
    ),
    patch('refuses a text attribute', { attributes: { latency: 'x' } }, 400, wrongLatency('string')),
    patch('refuses an empty body', '', 400, badBody('EOF')),
    [
      'takes POST for PATCH',
      'POST',
      '/proxies/p/toxics/lat',
      { attributes: { jitter: 1 } },
      200,
      /"jitter":1}/,
    ],
    ['lists them', 'GET', '/proxies/p/toxics', undefined, 200, `[${lat}]`],
    ['shows one', 'GET', '/proxies/p/toxics/lat', undefined, 200, lat],
    ['misses an unknown one', 'GET', '/proxies/p/toxics/none', undefined, 404, error(404, 'toxic not found')],
    [
      'misses an unknown one before it reads the body',
      'POST',
      '/proxies/p/toxics/none',
      'bad',
      404,
      error(404, 'toxic not found'),
    ],
    ['misses an unknown proxy', 'POST', '/proxies/none/toxics', 'bad', 404, error(404, 'proxy not found')],
    ['deletes one', 'DELETE', '/proxies/p/toxics/lat', undefined, 204, ''],
    [
      'misses an unknown one to delete',
      'DELETE',
      '/proxies/p/toxics/none',
      undefined,
      404,
      error(404, 'toxic not found'),
    ],
  ])

  test('lists upstream ones first, each stream in order of adding', async () => {
    await using server = await prepared()
    for (const [name, stream] of [
      ['z', 'downstream'],
      ['y', 'UPSTREAM'],
      ['x', 'upstream'],
    ]) {
      await server.must('POST', '/proxies/p/toxics', { type: 'noop', name, stream })
    }
    const toxics = (await server.must('GET', '/proxies/p/toxics')) as { name: string }[]
    expect(toxics.map(({ name }) => name)).toEqual(['y', 'x', 'lat', 'z'])
  })

  test('changes nothing when one attribute of a change is wrong', async () => {
    await using server = await prepared()
    const attributes = { jitter: 44, latency: 'x' }
    expect((await server.ask('PATCH', '/proxies/p/toxics/lat', { attributes, toxicity: 0.5 })).status).toBe(
      400,
    )
    expect((await server.ask('GET', '/proxies/p/toxics/lat')).body).toBe(lat)
  })
})
