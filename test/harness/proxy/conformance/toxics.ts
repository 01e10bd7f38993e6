import { badBody, type Case, error, lat, single } from './cases.ts'

const post = (title: string, body: unknown, status: number, answer: string | RegExp) =>
  single(`toxic: ${title}`, 'POST', '/proxies/@p/toxics', body, status, answer)
const patch = (title: string, body: unknown, status: number, answer: string | RegExp) =>
  single(`toxic change: ${title}`, 'PATCH', '/proxies/@p/toxics/lat', body, status, answer)
const toxic = (attributes: string, name: string, stream = 'downstream', toxicity = '1', type = 'latency') =>
  `{"attributes":{${attributes}},"name":"${name}","type":"${type}","stream":"${stream}","toxicity":${toxicity}}`
const zero = '"latency":0,"jitter":0'
const wrongStream = error(400, 'stream was invalid, can be either upstream or downstream')
const wrongType = error(400, 'invalid toxic type')
const wrongLatency = (what: string) =>
  badBody(`json: cannot unmarshal ${what} into Go struct field LatencyToxic.attributes.latency of type int64`)
const withLatency = (spelling: string) => `{"type":"latency","attributes":{"latency":${spelling}}}`
const withToxicity = (spelling: string) => `{"type":"latency","toxicity":${spelling}}`
const wrong = (field: string, type: string, value: unknown, given: string) =>
  post(
    `${field} as ${given}`,
    { type: 'latency', [field]: value },
    400,
    badBody(`json: cannot unmarshal ${given} into Go struct field ToxicWrapper.${field} of type ${type}`),
  )

/** toxicity is a float32: how it is given, and how it comes back. */
const toxicities = [
  ['0', '0'],
  ['1.0', '1'],
  ['1', '1'],
  ['2', '2'],
  ['-1', '-1'],
  ['0.3', '0.3'],
  ['0.5', '0.5'],
  ['3e-1', '0.3'],
  ['0.123456789', '0.12345679'],
  ['0.1000000014901161', '0.1'],
  ['0.99999999', '1'],
  ['16777217', '16777216'],
  ['1e20', '100000000000000000000'],
  ['1e21', '1e+21'],
  ['0.000001', '0.000001'],
  ['1e-7', '1e-7'],
] as const

export const toxics: readonly Case[] = [
  post(
    'name, stream, toxicity and attributes are filled in',
    { type: 'latency' },
    200,
    toxic(zero, 'latency_downstream'),
  ),
  post(
    'the name is made of type and stream',
    { type: 'latency', stream: 'upstream' },
    200,
    toxic(zero, 'latency_upstream', 'upstream'),
  ),
  post(
    'the stream stays as typed',
    { type: 'timeout', stream: 'DownStream' },
    200,
    toxic('"timeout":0', 'timeout_DownStream', 'DownStream', '1', 'timeout'),
  ),
  post(
    'an empty name is the default',
    { type: 'noop', name: '' },
    200,
    toxic('', 'noop_downstream', 'downstream', '1', 'noop'),
  ),
  post(
    'null for all but the type',
    { type: 'latency', name: null, stream: null, toxicity: null, attributes: null },
    200,
    toxic(zero, 'latency_downstream'),
  ),
  post('null for an attribute', withLatency('null'), 200, toxic(zero, 'latency_downstream')),
  post(
    'field names in any case',
    { TYPE: 'latency', Name: 'x', ATTRIBUTES: { LATENCY: 5 } },
    200,
    toxic('"latency":5,"jitter":0', 'x'),
  ),
  post(
    'unknown fields are passed over',
    { type: 'latency', name: 'x', foo: 1, latency: 77 },
    200,
    toxic(zero, 'x'),
  ),
  post(
    'unknown attributes are passed over',
    { type: 'latency', attributes: { foo: 1 } },
    200,
    toxic(zero, 'latency_downstream'),
  ),
  post(
    'what follows the first value is passed over',
    '{"type":"noop"} x',
    200,
    toxic('', 'noop_downstream', 'downstream', '1', 'noop'),
  ),
  post(
    'attributes below 0',
    { type: 'latency', attributes: { latency: -5, jitter: -3 } },
    200,
    toxic('"latency":-5,"jitter":-3', 'latency_downstream'),
  ),
  post('an integer of 2^53 - 1', withLatency('9007199254740991'), 200, /"latency":9007199254740991/),
  {
    ...post(
      'an integer of 2^53',
      withLatency('9007199254740992'),
      400,
      wrongLatency('number 9007199254740992'),
    ),
    differs: 'safe-integers',
  },
  ...toxicities.map(([given, shown]) =>
    post(
      `toxicity ${given}`,
      withToxicity(given),
      200,
      toxic(zero, 'latency_downstream', 'downstream', shown),
    ),
  ),
  post(
    'toxicity beyond float32',
    withToxicity('1e39'),
    400,
    badBody('json: cannot unmarshal number 1e39 into Go struct field ToxicWrapper.toxicity of type float32'),
  ),
  wrong('toxicity', 'float32', '0.5', 'string'),
  wrong('toxicity', 'float32', true, 'bool'),
  wrong('toxicity', 'float32', {}, 'object'),
  wrong('stream', 'string', 5, 'number'),
  wrong('name', 'string', 5, 'number'),
  wrong('name', 'string', [], 'array'),
  post(
    'type as number',
    { type: 5 },
    400,
    badBody('json: cannot unmarshal number into Go struct field ToxicWrapper.type of type string'),
  ),
  wrong('attributes', 'toxics.NoopToxic', 'x', 'string'),
  wrong('attributes', 'toxics.NoopToxic', [], 'array'),
  wrong('attributes', 'toxics.NoopToxic', 5, 'number'),
  post('an unknown stream, before the type', { type: 'nope', stream: 'sideways' }, 400, wrongStream),
  post('an empty stream', { type: 'latency', stream: '' }, 400, wrongStream),
  post('an unknown type, before the name', { type: 'nope', name: 'lat' }, 400, wrongType),
  post('down is no type', { type: 'down' }, 400, wrongType),
  post('types are told apart by case', { type: 'Latency' }, 400, wrongType),
  post('type is missing', {}, 400, wrongType),
  post('null is an empty object', 'null', 400, wrongType),
  post(
    'a known name on either stream, before attributes',
    { type: 'latency', name: 'lat', stream: 'upstream', attributes: { latency: 'x' } },
    409,
    error(409, 'toxic already exists'),
  ),
  post('an attribute as text', withLatency('"x"'), 400, wrongLatency('string')),
  post('an attribute as truth value', withLatency('true'), 400, wrongLatency('bool')),
  post('an attribute as array', withLatency('[1]'), 400, wrongLatency('array')),
  post('an attribute with a fraction', withLatency('1.5'), 400, wrongLatency('number 1.5')),
  post('an attribute with a point', withLatency('1.0'), 400, wrongLatency('number 1.0')),
  post('an attribute with an exponent', withLatency('1e3'), 400, wrongLatency('number 1e3')),
  post(
    'an attribute that no integer holds',
    withLatency('99999999999999999999'),
    400,
    wrongLatency('number 99999999999999999999'),
  ),
  post('an empty body', '', 400, badBody('EOF')),
  post('a truncated body', '{"type":', 400, badBody('unexpected EOF')),
  post('no JSON', 'xx', 400, badBody("invalid character 'x' looking for beginning of value")),
  post(
    'an array',
    '[]',
    400,
    badBody('json: cannot unmarshal array into Go value of type toxics.ToxicWrapper'),
  ),
  {
    title: 'toxic: a default name is known the second time',
    steps: [
      ['POST', '/proxies/@p/toxics', { type: 'noop' }, 200, /noop_downstream/],
      ['POST', '/proxies/@p/toxics', { type: 'noop' }, 409, error(409, 'toxic already exists')],
      ['POST', '/proxies/@p/toxics', { type: 'noop', stream: 'upstream' }, 200, /noop_upstream/],
    ],
  },
  {
    title: 'toxic: upstream ones are listed first, each stream in order of adding',
    steps: [
      ['POST', '/proxies/@p/toxics', { type: 'noop', name: 'z' }, 200, /"z"/],
      ['POST', '/proxies/@p/toxics', { type: 'noop', name: 'y', stream: 'UPSTREAM' }, 200, /"y"/],
      ['POST', '/proxies/@p/toxics', { type: 'noop', name: 'x', stream: 'upstream' }, 200, /"x"/],
      [
        'GET',
        '/proxies/@p/toxics',
        undefined,
        200,
        /^\[{.*"name":"y".*"name":"x".*"name":"lat".*"name":"z".*}\]$/,
      ],
    ],
  },
  patch('one attribute', { attributes: { latency: 200 } }, 200, toxic('"latency":200,"jitter":10', 'lat')),
  single(
    'toxic change: POST does the same',
    'POST',
    '/proxies/@p/toxics/lat',
    { attributes: { jitter: 1 } },
    200,
    /"jitter":1}/,
  ),
  patch('toxicity', { toxicity: 0.25 }, 200, toxic('"latency":100,"jitter":10', 'lat', 'downstream', '0.25')),
  patch('toxicity 0', { toxicity: 0 }, 200, toxic('"latency":100,"jitter":10', 'lat', 'downstream', '0')),
  patch('null changes nothing', { toxicity: null, attributes: null }, 200, lat),
  patch('an empty object changes nothing', '{}', 200, lat),
  patch('name, type and stream are passed over', { name: 'o', type: 'noop', stream: 'upstream' }, 200, lat),
  patch('unknown attributes are passed over', { attributes: { rate: 1 } }, 200, lat),
  patch('attribute names in any case', { attributes: { JITTER: 1 } }, 200, /"jitter":1}/),
  patch(
    'toxicity as text',
    { toxicity: 'x' },
    400,
    badBody('json: cannot unmarshal string into Go struct field .toxicity of type float32'),
  ),
  patch('an attribute as text', { attributes: { latency: 'x' } }, 400, wrongLatency('string')),
  patch('an empty body', '', 400, badBody('EOF')),
  patch('a truncated body', '{', 400, badBody('unexpected EOF')),
  {
    title: 'toxic change: one wrong attribute changes nothing',
    differs: 'failed-change',
    steps: [
      [
        'PATCH',
        '/proxies/@p/toxics/lat',
        { attributes: { jitter: 44, latency: 'x' }, toxicity: 0.5 },
        400,
        wrongLatency('string'),
      ],
      ['GET', '/proxies/@p/toxics/lat', undefined, 200, lat],
    ],
  },
]
