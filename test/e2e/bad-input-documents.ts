/** Configuration that must not come into force: what config itself refuses, and what those whom it is for refuse. */

/** What is pushed, and what config answers. */
export const badPushes: readonly [name: string, body: string, status: number][] = [
  ['nothing', '', 400],
  ['truncated JSON', '{"value":{"issuer":"https://au', 400],
  ['neither value nor change', '{}', 400],
  ['both', '{"value":{},"change":{}}', 400],
  ['a change that is none', '{"change":[]}', 400],
  ['more than was asked for', '{"value":{},"version":7}', 400],
  ['2 MiB', JSON.stringify({ value: { issuer: 'a'.repeat(2 * 1024 * 1024) } }), 413],
  ['a hundred levels', `{"value":${'['.repeat(100)}${']'.repeat(100)}}`, 400],
]

/** Documents that config takes, since it knows no schema, and that no client may: made from one that is good. */
export function unfitFor(settings: object): Record<string, unknown> {
  return {
    empty: {},
    null: null,
    'a text': 'issuer',
    'of another service': { ...settings, service: 'nobody' },
    'of a future schema': { ...settings, schema: 99 },
    'of 300 KiB': { ...settings, more: 'a'.repeat(300 * 1024) },
    'of the wrong types': Object.fromEntries(Object.keys(settings).map(name => [name, [null]])),
  }
}
