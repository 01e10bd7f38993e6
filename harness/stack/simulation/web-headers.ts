/**
 * `Headers` as services use them, for far less work than Node's: a simulated request costs mostly what is made for it and
 * thrown away. Names are in small letters, and sorted when they are gone through, as the Fetch standard has it.
 */

type Pairs = Iterable<readonly [string, string]>
export type HeadersLike = Pairs | Readonly<Record<string, string | readonly string[] | undefined>>

const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const notInValue = /[\0\r\n]|[^\0-\xff]/
const around = /^[\t\r\n ]+|[\t\r\n ]+$/g

export class VirtualHeaders {
  readonly #values = new Map<string, string>()
  /** The one header that may come several times. */
  readonly #cookies: string[] = []

  constructor(init?: HeadersLike) {
    if (init === undefined || init === null) return
    if (Symbol.iterator in init) for (const [name, value] of init as Pairs) this.append(name, value)
    else
      for (const [name, value] of Object.entries(init))
        if (typeof value === 'string') this.append(name, value)
        else for (const each of value ?? []) this.append(name, each)
  }

  get(name: string): string | null {
    const key = name.toLowerCase()
    if (key === 'set-cookie') return this.#cookies.length > 0 ? this.#cookies.join(', ') : null
    return this.#values.get(key) ?? null
  }

  has(name: string): boolean {
    const key = name.toLowerCase()
    return key === 'set-cookie' ? this.#cookies.length > 0 : this.#values.has(key)
  }

  set(name: string, value: string): void {
    const key = keyOf(name)
    const clean = cleanOf(name, value)
    if (key === 'set-cookie') this.#cookies.splice(0, this.#cookies.length, clean)
    else this.#values.set(key, clean)
  }

  append(name: string, value: string): void {
    const key = keyOf(name)
    const clean = cleanOf(name, value)
    const before = this.#values.get(key)
    if (key === 'set-cookie') this.#cookies.push(clean)
    else this.#values.set(key, before === undefined ? clean : `${before}, ${clean}`)
  }

  delete(name: string): void {
    const key = name.toLowerCase()
    if (key === 'set-cookie') this.#cookies.length = 0
    else this.#values.delete(key)
  }

  getSetCookie(): string[] {
    return [...this.#cookies]
  }

  forEach(callback: (value: string, name: string, headers: VirtualHeaders) => void): void {
    for (const [name, value] of this.#sorted()) callback(value, name, this)
  }

  entries(): IterableIterator<[string, string]> {
    return this.#sorted()[Symbol.iterator]()
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.#sorted()) yield name
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.#sorted()) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  #sorted(): [string, string][] {
    const all = [...this.#values]
    for (const cookie of this.#cookies) all.push(['set-cookie', cookie])
    return all.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  }
}

function keyOf(name: string): string {
  if (!nameForm.test(name)) throw new TypeError(`Headers: "${name}" is an invalid header name`)
  return name.toLowerCase()
}

function cleanOf(name: string, value: unknown): string {
  const text = String(value).replace(around, '')
  if (notInValue.test(text)) throw new TypeError(`Headers: the value of ${name} is invalid`)
  return text
}
