/** Where the body of a message ends (RFC 9112, section 6). */
import { ChunkedBody } from './chunked.ts'
import { type AnswerHead, fieldOf, type RequestHead } from './head.ts'

/** Bytes of one sort: content, or what only frames it. */
export interface Span {
  readonly end: number
  readonly content: boolean
}

export interface Body {
  /** Nothing more belongs to it. */
  readonly done: boolean
  /** Reads on from `at`, as far as the bytes are of one sort. Undefined: this is no such body. Not to be asked when done. */
  scan(data: Buffer, at: number): Span | undefined
}

/** `ambiguous`: two readers could see different ends. `tunnel`: no HTTP any more from here on. */
export type Framing = Body | 'ambiguous' | 'tunnel'

export class SizedBody implements Body {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  get done(): boolean {
    return this.#left === 0
  }

  scan(data: Buffer, at: number): Span {
    const end = Math.min(data.length, at + this.#left)
    this.#left -= end - at
    return { end, content: true }
  }
}

/** Ends with the connection. */
class EndlessBody implements Body {
  readonly done = false

  scan(data: Buffer): Span {
    return { end: data.length, content: true }
  }
}

export function requestBody(head: RequestHead): Body | 'ambiguous' {
  const size = sizeOf(head)
  return size === 'unknown' ? 'ambiguous' : (size ?? new SizedBody(0))
}

export function answerBody(head: AnswerHead, method: string): Framing {
  const { status } = head
  if (status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)) return 'tunnel'
  if (method === 'HEAD' || isBodiless(status)) return new SizedBody(0)
  const size = sizeOf(head)
  if (size === 'ambiguous') return size
  return size === undefined || size === 'unknown' ? new EndlessBody() : size
}

/** Answers with this status never have a body, whatever their head says. */
export function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}

/** What the head says of the body's size; `unknown`: coded so that only the end of the connection ends it. */
function sizeOf(head: RequestHead | AnswerHead): Body | 'ambiguous' | 'unknown' | undefined {
  const length = fieldOf(head, 'content-length')
  const codings = fieldOf(head, 'transfer-encoding')
  if (codings !== undefined) {
    if (length !== undefined || head.minor === 0) return 'ambiguous'
    const words = codings.toLowerCase().split(',')
    const chunkedAt = words.findIndex(word => /^[ \t]*chunked[ \t]*$/.test(word))
    if (chunkedAt < 0) return 'unknown'
    return chunkedAt === words.length - 1 ? new ChunkedBody() : 'ambiguous'
  }
  if (length === undefined) return undefined
  // Several lengths would be joined by commas.
  return /^\d{1,15}$/.test(length) ? new SizedBody(Number(length)) : 'ambiguous'
}
