import { badBody, type Case, single } from './cases.ts'

interface Type {
  type: string
  goName: string
  /** Attributes as they may be given, in the order in which they are shown. */
  attributes: Readonly<Record<string, number>>
  goType?: string
}

const types: readonly Type[] = [
  { type: 'latency', goName: 'LatencyToxic', attributes: { latency: 100, jitter: 10 } },
  { type: 'bandwidth', goName: 'BandwidthToxic', attributes: { rate: 1_000 } },
  { type: 'slow_close', goName: 'SlowCloseToxic', attributes: { delay: 1_000 } },
  { type: 'timeout', goName: 'TimeoutToxic', attributes: { timeout: 1_000 } },
  { type: 'reset_peer', goName: 'ResetToxic', attributes: { timeout: 1_000 } },
  {
    type: 'slicer',
    goName: 'SlicerToxic',
    attributes: { average_size: 100, size_variation: 10, delay: 10 },
    goType: 'int',
  },
  { type: 'limit_data', goName: 'LimitDataToxic', attributes: { bytes: 1_000 } },
  { type: 'noop', goName: 'NoopToxic', attributes: {} },
]

const shown = (type: string, name: string, stream: string, attributes: object) =>
  JSON.stringify({ attributes, name, type, stream, toxicity: 1 })
const zeros = (attributes: object) => Object.fromEntries(Object.keys(attributes).map(name => [name, 0]))
const path = '/proxies/@p/toxics'

function casesOf({ type, goName, attributes, goType = 'int64' }: Type): Case[] {
  const asked = { type, name: 'full', stream: 'upstream', toxicity: 1, attributes }
  const bare = single(
    `${type}: no attributes`,
    'POST',
    path,
    { type },
    200,
    shown(type, `${type}_downstream`, 'downstream', zeros(attributes)),
  )
  return [
    {
      title: `${type}: with all attributes`,
      steps: [
        ['POST', path, asked, 200, shown(type, 'full', 'upstream', attributes)],
        ['GET', `${path}/full`, undefined, 200, shown(type, 'full', 'upstream', attributes)],
        ['DELETE', `${path}/full`, undefined, 204, ''],
      ],
    },
    ...(type === 'slicer' ? [] : [bare]),
    ...Object.keys(attributes).flatMap(name => [
      single(
        `${type}: ${name} as text`,
        'POST',
        path,
        { type, attributes: { [name]: 'x' } },
        400,
        badBody(
          `json: cannot unmarshal string into Go struct field ${goName}.attributes.${name} of type ${goType}`,
        ),
      ),
      {
        title: `${type}: ${name} is changed by itself`,
        steps: [
          ['POST', path, asked, 200, shown(type, 'full', 'upstream', attributes)],
          [
            'PATCH',
            `${path}/full`,
            { attributes: { [name]: 50 } },
            200,
            shown(type, 'full', 'upstream', { ...attributes, [name]: 50 }),
          ],
        ],
      } as const,
    ]),
  ]
}

export const toxicTypes: readonly Case[] = [
  ...types.flatMap(casesOf),
  {
    ...single('slicer: no attributes', 'POST', path, { type: 'slicer' }, 400, /average_size is 0/),
    differs: 'slicer-checked',
  },
  {
    ...single(
      'slicer: variation over average',
      'POST',
      path,
      { type: 'slicer', attributes: { average_size: 10, size_variation: 100 } },
      400,
      /size_variation is 100/,
    ),
    differs: 'slicer-checked',
  },
  {
    ...single(
      'bandwidth: rate below 0',
      'POST',
      path,
      { type: 'bandwidth', attributes: { rate: -1 } },
      400,
      /rate is -1/,
    ),
    differs: 'bandwidth-checked',
  },
]
