/** Values as TypeScript, in the house's style: single quotes, no semicolons, one line. */
export function sourceOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return Math.abs(value) < 1_000 ? String(value) : grouped(value)
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(', ')}]`
  if (value === null || typeof value !== 'object') return String(value)
  const fields = Object.entries(value).map(([name, each]) => `${fieldOf(name)}: ${sourceOf(each)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function fieldOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '_')
}

/** A name with hyphens as one of a constant. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** A fault on a timeline; times in seconds. */
export function timedSource(fault: {
  constructorName: string
  params: unknown
  at: number
  lasts: number
}): string {
  const { constructorName, params, at, lasts } = fault
  return `{ at: '${at}s', for: '${lasts}s', fault: ${constructorName}(${sourceOf(params)}) }`
}
