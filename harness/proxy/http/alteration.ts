/** What becomes of upstream's answer: its head, and what is done with its body. */
import { STATUS_CODES } from '../node-http.ts'
import type { Alter } from './attributes.ts'
import { isBodiless } from './body.ts'
import { type AnswerHead, type Field, writeHead } from './head.ts'

/** `pass`: as it is; `replace`: by `content`; `collect`: all of it is needed to say what becomes of it. */
export type BodyFate = 'pass' | 'replace' | 'collect'

/** More of a body is not kept: it is cut in the middle of so much. */
export const collectedBytesMax = 1024 * 1024

const framing = ['content-length', 'transfer-encoding', 'trailer']

export class Alteration {
  readonly fate: BodyFate
  readonly #answer: AnswerHead
  readonly #status: number
  readonly #body: Alter['body']
  readonly #alters: readonly Alter[]

  /** `bodiless`: the answer has no body as it came, by its status or since there is nothing in it. */
  constructor(answer: AnswerHead, alters: readonly Alter[], how: { method: string; bodiless: boolean }) {
    this.#answer = answer
    this.#alters = alters
    this.#status = alters.findLast(each => each.status !== undefined)?.status ?? answer.status
    this.#body = alters.findLast(each => each.body !== undefined)?.body
    this.fate = this.#fateOf(how)
  }

  /** The new head and body; `collected` is what came of the body, where it was wanted. */
  write(collected = Buffer.alloc(0)): { head: Buffer; content: Buffer } {
    const content = this.fate === 'pass' ? Buffer.alloc(0) : this.#contentOf(collected)
    const fields = this.#alters.reduce(altered, this.#answer.fields)
    const { status, reason } = this.#answer
    const text = this.#status === status ? reason : (STATUS_CODES[this.#status] ?? '')
    const first = `HTTP/1.${this.#answer.minor} ${this.#status} ${text}`
    if (this.fate === 'pass') return { head: writeHead(first, fields), content }
    const dropped = this.fate === 'collect' ? framing : [...framing, 'content-encoding']
    const kept = fields.filter(({ key }) => !dropped.includes(key))
    if (!isBodiless(this.#status)) kept.push(field('Content-Length', String(content.length)))
    return { head: writeHead(first, kept), content }
  }

  #fateOf({ method, bodiless }: { method: string; bodiless: boolean }): BodyFate {
    if (method === 'HEAD') return 'pass'
    if (isBodiless(this.#status)) return isBodiless(this.#answer.status) ? 'pass' : 'replace'
    if (this.#body === 'malformed-json' && !bodiless) return 'collect'
    const replaced = this.#body !== undefined && this.#body !== 'malformed-json'
    // Without its own status an empty answer needs a length: else its end would be the connection's.
    return replaced || isBodiless(this.#answer.status) ? 'replace' : 'pass'
  }

  #contentOf(collected: Buffer): Buffer {
    if (isBodiless(this.#status)) return Buffer.alloc(0)
    if (this.#body === 'html') return Buffer.from(errorPage)
    if (this.#body === 'malformed-json') return cutInTheMiddle(collected)
    return Buffer.from(typeof this.#body === 'object' ? this.#body.text : '')
  }
}

const errorPage = `<!doctype html>
<html>
<head><title>502 Bad Gateway</title></head>
<body><h1>Bad Gateway</h1><p>The server got no valid answer in time.</p></body>
</html>
`

function altered(fields: readonly Field[], alter: Alter): readonly Field[] {
  const set = Object.entries(alter.setHeaders ?? {})
  const contentType = alter.contentType ?? (alter.body === 'html' ? 'text/html; charset=utf-8' : undefined)
  if (contentType !== undefined) set.push(['Content-Type', contentType])
  const gone = new Set(
    [...(alter.dropHeaders ?? []), ...set.map(([name]) => name)].map(key => key.toLowerCase()),
  )
  return [...fields.filter(({ key }) => !gone.has(key)), ...set.map(([name, value]) => field(name, value))]
}

function field(name: string, value: string): Field {
  return { name, key: name.toLowerCase(), value }
}

/** No longer JSON, whatever it was: half a number would still be one, as would a value with much space around it. */
function cutInTheMiddle(body: Buffer): Buffer {
  const half = body.subarray(0, Math.floor(body.length / 2))
  try {
    JSON.parse(half.toString())
  } catch {
    return half
  }
  return Buffer.concat([half, Buffer.from('{')])
}
