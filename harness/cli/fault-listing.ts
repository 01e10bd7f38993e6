/** The catalogue of faults as people read it: in the terminal, and as the README's table. */
import type { CatalogueEntry } from '../faults/catalogue.ts'
import { layers } from '../faults/fault.ts'
import { boundOf, type ParamSchema, paramSchema } from '../faults/param-schema.ts'
import { realRuntimes } from '../stack/driver.ts'

/** Each parameter in short: `latencyMs 1..600000`, `stream upstream|downstream = downstream`, `graceMs?` if it may be left out. */
export function parametersOf(params: unknown): string[] {
  const schema = paramSchema.parse(params)
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) return [...new Set(forms.flatMap(parametersOf))]
  return Object.entries(schema.properties ?? {}).map(([name, value]) => {
    const property = paramSchema.parse(value)
    const isOptional = property.default === undefined && !schema.required?.includes(name)
    const what = valuesOf(property)
    const given = property.default === undefined ? '' : ` = ${inShort(property.default)}`
    return `${name}${isOptional ? '?' : ''}${what === '' ? '' : ` ${what}`}${given}`
  })
}

function inShort(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}

/** The names alone. */
export function parameterNames(params: unknown): string[] {
  const schema = paramSchema.parse(params)
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) return [...new Set(forms.flatMap(parameterNames))]
  return Object.keys(schema.properties ?? {})
}

function valuesOf({ enum: values, const: only, minimum, maximum, type, anyOf }: ParamSchema): string {
  if (values) return values.join('|')
  if (only !== undefined) return String(only)
  if (anyOf) return [...new Set(anyOf.map(each => valuesOf(paramSchema.parse(each))))].join('|')
  const [low, high] = [boundOf(minimum), boundOf(maximum)]
  if (low !== undefined || high !== undefined) return `${low ?? ''}..${high ?? ''}`
  return type === 'string' ? '' : [type ?? ''].flat().join('|')
}

/** Where it runs and what it asks for, as `containers, processes (imitated); needs tls`; empty if it is real everywhere. */
export function whereOf({ runtimes, imitated, needs }: CatalogueEntry): string {
  const real = realRuntimes.filter(name => runtimes.includes(name))
  const isPlain = real.length === realRuntimes.length && !real.some(name => imitated.includes(name))
  const places = real.map(name => (imitated.includes(name) ? `${name} (imitated)` : name))
  return [
    ...(isPlain ? [] : [places.join(', ')]),
    // Where everything is imitated, only what is not there is worth a word.
    ...(runtimes.includes('simulation') ? [] : ['not in simulation']),
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
  ].join('; ')
}

const layerOrder: readonly string[] = layers

/** In the order of the layers, and by name within each. */
export function byLayer(catalogue: readonly CatalogueEntry[]): CatalogueEntry[] {
  return catalogue.toSorted(
    (one, other) =>
      layerOrder.indexOf(one.layer) - layerOrder.indexOf(other.layer) || one.kind.localeCompare(other.kind),
  )
}

/** The README's table, as lines of Markdown. */
export function faultTable(catalogue: readonly CatalogueEntry[]): string[] {
  const rows = byLayer(catalogue).map((entry, index, all) => {
    const { layer, kind, summary, params, runtimes, imitated, needs } = entry
    const means = realRuntimes.map(name =>
      runtimes.includes(name) ? (imitated.includes(name) ? 'imitated' : 'real') : 'no',
    )
    const names = parameterNames(params).map(name => `\`${name}\``)
    const word = all[index - 1]?.layer === layer ? '' : layer
    return [
      word,
      `\`${kind}\``,
      summary,
      names.join(' '),
      ...means,
      needs.map(need => `\`${need}\``).join(' '),
    ]
  })
  return [
    ['layer', 'fault', 'what happens', 'parameters', ...realRuntimes, 'needs'],
    Array.from({ length: 5 + realRuntimes.length }, () => '---'),
    ...rows,
  ].map(cells =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`.replaceAll('|  |', '| |'),
  )
}
