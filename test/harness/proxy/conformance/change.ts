import { badBody, type Case, error, lat, p, single, upstream } from './cases.ts'

const patch = (title: string, body: unknown, status: number, answer: string | RegExp) =>
  single(`change: ${title}`, 'PATCH', '/proxies/@p', body, status, answer)
const p2 = p.replace('"enabled":false', '"enabled":true').replace('127.0.0.1:1', '127.0.0.1:FREE')
const inUse = error(500, 'listen tcp 127.0.0.1:TAKEN: bind: address already in use')
const enabled = ['PATCH', '/proxies/@p', { enabled: true, listen: '127.0.0.1:FREE' }, 200, p2] as const
const wrong = (field: string, type: string, value: unknown, given: string) =>
  patch(
    `${field} as ${given}`,
    { [field]: value },
    400,
    badBody(`json: cannot unmarshal ${given} into Go struct field Proxy.${field} of type ${type}`),
  )

export const change: readonly Case[] = [
  patch('nothing, for an empty object', '{}', 200, p),
  patch('nothing, for null', 'null', 200, p),
  patch('nothing, for fields that are null', { listen: null, upstream: null, enabled: null }, 200, p),
  single('change: POST does the same', 'POST', '/proxies/@p', '{}', 200, p),
  single(
    'change: POST changes',
    'POST',
    '/proxies/@p',
    { upstream: '127.0.0.1:8' },
    200,
    /"upstream":"127\.0\.0\.1:8"/,
  ),
  patch('a name is passed over', { name: '@other' }, 200, p),
  patch('unknown fields are passed over', { foo: 1, toxics: [] }, 200, p),
  patch('field names in any case', { UPSTREAM: '127.0.0.1:8' }, 200, /"upstream":"127\.0\.0\.1:8"/),
  patch(
    'listen of a disabled one',
    { listen: '127.0.0.1:2' },
    200,
    /"listen":"127\.0\.0\.1:2","upstream":"127\.0\.0\.1:9","enabled":false/,
  ),
  patch('upstream keeps toxics', { upstream: '127.0.0.1:8' }, 200, /"upstream":"127\.0\.0\.1:8".*"lat"/),
  patch('an empty upstream', { upstream: '' }, 200, /"upstream":""/),
  patch('disabled again', { enabled: false }, 200, p),
  patch('an empty body', '', 400, badBody('EOF')),
  patch('a truncated body', '{"enabled":', 400, badBody('unexpected EOF')),
  patch('no JSON', 'xx', 400, badBody("invalid character 'x' looking for beginning of value")),
  patch('an array', '[]', 400, badBody('json: cannot unmarshal array into Go value of type toxiproxy.Proxy')),
  wrong('enabled', 'bool', 'no', 'string'),
  wrong('enabled', 'bool', 0, 'number'),
  wrong('listen', 'string', 5, 'number'),
  wrong('upstream', 'string', [], 'array'),
  patch('a bad listen', { listen: 'garbage' }, 500, error(500, 'address garbage: missing port in address')),
  {
    title: 'change: enabled, and disabled, on the port it was given',
    steps: [
      enabled,
      ['PATCH', '/proxies/@p', { enabled: true }, 200, p2],
      ['PATCH', '/proxies/@p', { enabled: false }, 200, p2.replace('true', 'false')],
      ['PATCH', '/proxies/@p', { enabled: true }, 200, p2],
    ],
  },
  {
    title: 'change: the same listen under another name is none',
    steps: [enabled, ['PATCH', '/proxies/@p', { listen: 'localhost:FREE' }, 200, p2]],
  },
  {
    title: 'change: port 0 chooses a new one',
    steps: [
      enabled,
      ['PATCH', '/proxies/@p', { listen: '127.0.0.1:0' }, 200, /"listen":"127\.0\.0\.1:[1-9]\d*"/],
    ],
  },
  {
    title: 'change: an empty listen chooses a port on this machine',
    differs: 'listen-loopback',
    steps: [enabled, ['PATCH', '/proxies/@p', { listen: '' }, 200, /"listen":"127\.0\.0\.1:[1-9]\d*"/]],
  },
  {
    title: 'change: a bad listen changes nothing',
    steps: [
      enabled,
      [
        'PATCH',
        '/proxies/@p',
        { listen: 'garbage' },
        500,
        error(500, 'address garbage: missing port in address'),
      ],
      ['GET', '/proxies/@p', undefined, 200, p2],
    ],
  },
  {
    title: 'change: a port in use is told',
    steps: [enabled, ['PATCH', '/proxies/@p', { listen: '127.0.0.1:TAKEN' }, 500, inUse]],
  },
  {
    title: 'change: a port in use changes nothing',
    differs: 'failed-change',
    steps: [
      enabled,
      ['PATCH', '/proxies/@p', { listen: '127.0.0.1:TAKEN', upstream: '127.0.0.1:8' }, 500, inUse],
      ['GET', '/proxies/@p', undefined, 200, p2],
    ],
  },
  {
    title: 'change: a disabled proxy takes toxics and keeps them',
    steps: [
      ['POST', '/proxies/@p/toxics', { type: 'noop', stream: 'upstream' }, 200, /"noop_upstream"/],
      [
        'PATCH',
        '/proxies/@p',
        { upstream: '127.0.0.1:2' },
        200,
        /"toxics":\[\{.*"noop_upstream".*\},\{.*"lat".*\}\]/,
      ],
    ],
  },
  {
    title: 'reset: enables all, removes all toxics, keeps addresses',
    steps: [
      ['PATCH', '/proxies/@p', { listen: '127.0.0.1:FREE', upstream: '127.0.0.1:2' }, 200, /"enabled":false/],
      ['POST', '/reset', undefined, 204, ''],
      [
        'GET',
        '/proxies/@p',
        undefined,
        200,
        `{"name":"@p","listen":"127.0.0.1:FREE","upstream":"127.0.0.1:2","enabled":true,"Logger":{},"toxics":[]}`,
      ],
    ],
  },
  single('reset: a body is passed over', 'POST', '/reset', '{}', 204, ''),
  single('reset: a body that is no JSON, too', 'POST', '/reset', 'bad', 204, ''),
  {
    title: 'reset: a port in use is told',
    steps: [
      [
        'POST',
        '/proxies',
        { name: '@a', listen: '127.0.0.1:TAKEN', upstream, enabled: false },
        201,
        /"enabled":false/,
      ],
      ['POST', '/reset', undefined, 500, inUse],
      ['GET', '/proxies/@a', undefined, 200, /"enabled":false/],
    ],
  },
  {
    title: 'reset: goes on after a port in use',
    differs: 'reset-goes-on',
    steps: [
      [
        'POST',
        '/proxies',
        { name: '@a', listen: '127.0.0.1:TAKEN', upstream, enabled: false },
        201,
        /"enabled":false/,
      ],
      [
        'POST',
        '/proxies',
        { name: '@b', listen: '127.0.0.1:0', upstream, enabled: false },
        201,
        /"enabled":false/,
      ],
      ['POST', '/reset', undefined, 500, inUse],
      ['GET', '/proxies/@b', undefined, 200, /"enabled":true/],
    ],
  },
  {
    title: 'toxics survive nothing but reset and delete',
    steps: [enabled, ['GET', '/proxies/@p/toxics', undefined, 200, `[${lat}]`]],
  },
]
