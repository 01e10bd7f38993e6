/**
 * JSON as Go's encoding/json reads and writes it, because clients see its error texts: the first value of a body
 * counts and what follows is ignored; numbers keep their spelling (1.0 is not an integer); objects are Maps.
 */

export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject
export interface JsonObject extends Map<string, Json> {}

/** Malformed JSON; the message is Go's. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

/** Deeper nesting is refused, since reading is recursive. */
const depthMax = 500

/** Reads the first JSON value of a text. Throws JsonError. */
export function readJson(text: string): Json {
  if (text.trim() === '') throw new JsonError('EOF')
  return new Reader(text).value(0)
}

/** The same value as JSON.parse would give it. */
export function plainJson(json: Json): unknown {
  if (json instanceof JsonNumber) return Number(json.text)
  if (Array.isArray(json)) return json.map(plainJson)
  if (json instanceof Map) return Object.fromEntries([...json].map(([key, value]) => [key, plainJson(value)]))
  return json
}

/** Writes compact JSON; `<`, `>`, `&` and the line separators are escaped as Go does. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** An object with exactly this order of keys; a plain object would move number-like keys to the front. */
export function writeJsonObject(entries: Iterable<readonly [string, unknown]>): string {
  return `{${Array.from(entries, ([key, value]) => `${writeJson(key)}:${writeJson(value)}`).join(',')}}`
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Json {
    this.#skipSpace()
    const character = this.#peek()
    if (depth > depthMax) throw this.#invalid('exceeded max depth')
    if (character === '{') return this.#object(depth)
    if (character === '[') return this.#array(depth)
    if (character === '"') return this.#string()
    if (character === 't') return this.#literal('true', true)
    if (character === 'f') return this.#literal('false', false)
    if (character === 'n') return this.#literal('null', null)
    if (/[-0-9]/.test(character)) return this.#number()
    throw this.#invalid('looking for beginning of value')
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map()
    this.#at += 1
    this.#skipSpace()
    if (this.#take('}')) return object
    for (;;) {
      this.#skipSpace()
      if (this.#peek() !== '"') throw this.#invalid('looking for beginning of object key string')
      const key = this.#string()
      this.#skipSpace()
      if (!this.#take(':')) throw this.#invalid('after object key')
      // The last one counts, in its own place.
      object.delete(key)
      object.set(key, this.value(depth + 1))
      this.#skipSpace()
      if (this.#take('}')) return object
      if (!this.#take(',')) throw this.#invalid('after object key:value pair')
    }
  }

  #array(depth: number): Json[] {
    const array: Json[] = []
    this.#at += 1
    this.#skipSpace()
    if (this.#take(']')) return array
    for (;;) {
      array.push(this.value(depth + 1))
      this.#skipSpace()
      if (this.#take(']')) return array
      if (!this.#take(',')) throw this.#invalid('after array element')
    }
  }

  #string(): string {
    const start = this.#at
    this.#at += 1
    while (!this.#take('"')) {
      if (this.#peek() < ' ') throw this.#invalid('in string literal')
      if (this.#take('\\')) this.#escape()
      else this.#at += 1
    }
    return JSON.parse(this.#text.slice(start, this.#at)) as string
  }

  #escape(): void {
    if (!this.#take('u')) {
      if (!'"\\/bfnrt'.includes(this.#peek())) throw this.#invalid('in string escape code')
      this.#at += 1
      return
    }
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/[0-9a-fA-F]/.test(this.#peek())) throw this.#invalid('in \\u hexadecimal character escape')
      this.#at += 1
    }
  }

  #literal<T>(word: string, value: T): T {
    for (const expected of word) {
      if (!this.#take(expected)) throw this.#invalid(`in literal ${word} (expecting '${expected}')`)
    }
    return value
  }

  #number(): JsonNumber {
    const start = this.#at
    this.#take('-')
    if (!this.#take('0')) this.#digits('in numeric literal')
    if (this.#text[this.#at] === '.') {
      this.#at += 1
      this.#digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.#text[this.#at] ?? '')) {
      this.#at += 1
      if (!this.#take('+')) this.#take('-')
      this.#digits('in exponent of numeric literal')
    }
    return new JsonNumber(this.#text.slice(start, this.#at))
  }

  #digits(where: string): void {
    if (!/[0-9]/.test(this.#peek())) throw this.#invalid(where)
    while (/[0-9]/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.#text[this.#at] ?? 'end')) this.#at += 1
  }

  /** The next character; that there is none is an error wherever this is asked. */
  #peek(): string {
    const character = this.#text[this.#at]
    if (character === undefined) throw new JsonError('unexpected EOF')
    return character
  }

  #take(character: string): boolean {
    if (this.#peekOrEnd() !== character) return false
    this.#at += 1
    return true
  }

  #peekOrEnd(): string {
    // The end matters only to what must follow: numbers and finished values may stand at the very end.
    return this.#text[this.#at] ?? ''
  }

  #invalid(where: string): JsonError {
    return new JsonError(`invalid character ${quoted(this.#peek())} ${where}`)
  }
}

/** A character as Go quotes it; beyond ASCII it names the first byte only. */
function quoted(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  const first = character > '~' ? String.fromCharCode(Buffer.from(character)[0] ?? 0) : character
  return `'${JSON.stringify(first).slice(1, -1)}'`
}
