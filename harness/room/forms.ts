/** A form for each fault of the catalogue, made from the schema of its parameters. */
import type { CatalogueEntry } from '../faults/catalogue.ts'
import { boundOf, type ParamSchema, paramSchema } from '../faults/param-schema.ts'
import { lackingOf } from '../run/runnable.ts'
import type { Topology } from '../stack/topology.ts'

export interface Field {
  name: string
  kind: 'choice' | 'number' | 'text' | 'check' | 'json'
  isRequired: boolean
  /** What is taken if nothing is given, as it is shown. */
  usual?: string | undefined
  choices?: string[] | undefined
  min?: number | undefined
  max?: number | undefined
  /** What can be meant, where it is free text. */
  suggestions?: string[] | undefined
}

export interface FaultForm {
  kind: string
  layer: string
  summary: string
  /** Several where the fault has several forms; each has a name by which they are told apart. */
  variants: { name: string; fields: Field[] }[]
  /** Why it cannot be had on this stack. */
  missing?: string | undefined
}

/** `features`: what the stack was started with. */
export function formOf(
  { kind, layer, summary, params, runtimes, needs }: CatalogueEntry,
  { runtime, features, topology }: { runtime: string; features: ReadonlySet<string>; topology: Topology },
): FaultForm {
  const lacking = lackingOf(needs, features)
  const missing = !runtimes.some(each => each === runtime)
    ? `it cannot be had on ${runtime}`
    : lacking.length > 0
      ? `it needs ${lacking.join(', ')}: start with --parts ${lacking.join(',')}`
      : undefined
  const schema = paramSchema.parse(params)
  const forms = (schema.anyOf ?? schema.oneOf ?? [schema]).map(form => paramSchema.parse(form))
  return {
    kind,
    layer,
    summary,
    variants: forms.map((form, index) => ({
      name: variantName(form, index),
      fields: fieldsOf(form, topology),
    })),
    ...(missing === undefined ? {} : { missing }),
  }
}

/** By what is always the same in it, as `form: watch`. */
function variantName({ properties = {} }: ParamSchema, index: number): string {
  const fixed = Object.entries(properties).flatMap(([name, property]) => {
    const { const: only } = paramSchema.parse(property)
    return only === undefined ? [] : [`${name}: ${String(only)}`]
  })
  return fixed.join(', ') || (index === 0 ? 'usual' : `form ${index + 1}`)
}

function fieldsOf({ properties = {}, required = [] }: ParamSchema, topology: Topology): Field[] {
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, paramSchema.parse(property), required.includes(name), topology),
  )
}

function fieldOf(name: string, schema: ParamSchema, isListed: boolean, topology: Topology): Field {
  const isRequired = isListed && schema.default === undefined
  const usual = schema.default === undefined ? undefined : shown(schema.default)
  const base = { name, isRequired, ...(usual === undefined ? {} : { usual }) }
  const choices = choicesOf(schema)
  if (choices) return { ...base, kind: 'choice', choices }
  const type = [schema.type ?? ''].flat()[0]
  if (type === 'boolean') return { ...base, kind: 'check' }
  if (type === 'number' || type === 'integer')
    return { ...base, kind: 'number', min: boundOf(schema.minimum), max: boundOf(schema.maximum) }
  if (type === 'string') return { ...base, kind: 'text', suggestions: suggestionsFor(name, topology) }
  return { ...base, kind: 'json' }
}

function choicesOf({ enum: values, const: only }: ParamSchema): string[] | undefined {
  if (only !== undefined) return [String(only)]
  return values?.every(value => typeof value === 'string') ? values.map(String) : undefined
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function suggestionsFor(name: string, { services, cells }: Topology): string[] | undefined {
  const roles = [...new Set(services.map(({ role }) => role))]
  if (name === 'service' || name === 'as') return [...roles, ...cells.map(cell => `auth@${cell}`)]
  if (name === 'store')
    return [...new Set(services.filter(({ program }) => program === 'postgres').map(({ role }) => role))]
  if (name === 'app')
    return [...new Set(services.filter(({ program }) => program === 'app').map(each => each.role))]
  if (name !== 'link') return undefined
  const roleOf = new Map(services.map(({ name, role }) => [name, role]))
  const links = services.flatMap(({ role, calls }) => calls.map(to => `${role} -> ${roleOf.get(to) ?? to}`))
  return [...new Set(['* -> auth', ...links])]
}
