/**
 * The heads of HTTP/1.x messages. Read strictly: what two readers could take for different things (a bare line feed, a
 * folded field, a space before a colon) is no head at all.
 */

export interface Field {
  /** As written. */
  readonly name: string
  /** In lower case. */
  readonly key: string
  readonly value: string
}

interface Head {
  /** Of HTTP/1.x. */
  readonly minor: number
  readonly fields: readonly Field[]
}

export interface RequestHead extends Head {
  readonly method: string
  /** As sent: `/path?query`. */
  readonly target: string
}

export interface AnswerHead extends Head {
  readonly status: number
  readonly reason: string
}

/** Longer ones are not read. */
export const headBytesMax = 64 * 1024

const requestLine = /^([A-Z][A-Z-]{0,31}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const text = /^[\t\x20-\x7e\x80-\xff]*$/

/** How a kind of head is told and read. */
export interface HeadKind<H> {
  /** Whether bytes can be how one begins, given the first 40 or all that there are. */
  mayBegin(start: string): boolean
  isFirstLine(line: string): boolean
  /** Undefined: not such a head. */
  parse(text: string): H | undefined
}

export const requestHead: HeadKind<RequestHead> = {
  mayBegin: start => /^[A-Z][A-Z-]{0,31}(?: |$)/.test(start),
  isFirstLine: line => requestLine.test(line),
  parse(whole) {
    const { first, fields } = split(whole)
    const [, method, target, minor] = requestLine.exec(first) ?? []
    if (method === undefined || target === undefined || fields === undefined) return undefined
    return { method, target, minor: Number(minor), fields }
  },
}

export const answerHead: HeadKind<AnswerHead> = {
  mayBegin: start => start.startsWith('HTTP/1.') || 'HTTP/1.'.startsWith(start),
  isFirstLine: line => statusLine.test(line),
  parse(whole) {
    const { first, fields } = split(whole)
    const [, minor, status, reason = ''] = statusLine.exec(first) ?? []
    if (status === undefined || fields === undefined) return undefined
    return { status: Number(status), reason, minor: Number(minor), fields }
  },
}

/** Whether a read begins with the whole head of a request. */
export function beginsWithRequest(data: Buffer): boolean {
  const first = data[0] ?? 0
  if (first < 0x41 || first > 0x5a) return false
  const start = data.subarray(0, headBytesMax)
  const end = start.indexOf('\r\n')
  return end > 0 && requestLine.test(data.toString('latin1', 0, end)) && start.indexOf('\r\n\r\n', end) > 0
}

/** All values of a field in one, as RFC 9110 joins them; undefined if it is not there. */
export function fieldOf(head: { readonly fields: readonly Field[] }, key: string): string | undefined {
  let joined: string | undefined
  for (const field of head.fields) {
    if (field.key === key) joined = joined === undefined ? field.value : `${joined}, ${field.value}`
  }
  return joined
}

/** Whether a field that is a list has this word, written in any case. */
export function hasWord(head: { readonly fields: readonly Field[] }, key: string, word: string): boolean {
  const words = fieldOf(head, key)?.toLowerCase().split(',') ?? []
  return words.some(each => each.trim() === word)
}

export function isFieldName(name: string): boolean {
  return token.test(name)
}

export function isFieldValue(value: string): boolean {
  return text.test(value)
}

/** The bytes of a head. */
export function writeHead(first: string, fields: Iterable<Pick<Field, 'name' | 'value'>>): Buffer {
  let whole = `${first}\r\n`
  for (const { name, value } of fields) whole += `${name}: ${value}\r\n`
  return Buffer.from(`${whole}\r\n`, 'latin1')
}

function split(whole: string): { first: string; fields: Field[] | undefined } {
  const [first = '', ...lines] = whole.slice(0, -4).split('\r\n')
  const fields: Field[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!token.test(name) || !text.test(line)) return { first, fields: undefined }
    fields.push({ name, key: name.toLowerCase(), value: trimmed(line, colon + 1) })
  }
  return { first, fields }
}

/** Without spaces and tabs at either end, and nothing else taken off: other readers keep the rest. */
function trimmed(line: string, from: number): string {
  const isSpace = (at: number) => line[at] === ' ' || line[at] === '\t'
  let start = from
  let end = line.length
  while (start < end && isSpace(start)) start += 1
  while (end > start && isSpace(end - 1)) end -= 1
  return line.slice(start, end)
}
