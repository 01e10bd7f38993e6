import { writeJson } from './go-json.ts'

/** An API request that is answered with an error: its status and text. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const proxyNotFound = () => new ApiError(404, 'proxy not found')
export const proxyExists = () => new ApiError(409, 'proxy already exists')
export const toxicNotFound = () => new ApiError(404, 'toxic not found')
export const toxicExists = () => new ApiError(409, 'toxic already exists')
export const invalidStream = () =>
  new ApiError(400, 'stream was invalid, can be either upstream or downstream')
export const invalidToxicType = () => new ApiError(400, 'invalid toxic type')

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer whose body is JSON already. */
export function jsonText(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body }
}

export function json(status: number, value: unknown): Answer {
  return jsonText(status, writeJson(value))
}

/** Plain text; clients see `text/plain` even where the text is JSON (errors). */
export function plainText(status: number, body: string): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body,
  }
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: '' }
}

/** The answer to whatever a handler threw; what is no ApiError is a fault of ours, 500. */
export function errorAnswer(error: unknown): Answer {
  const { status, message } = toApiError(error)
  return plainText(status, `${writeJson({ error: message, status })}\n`)
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(500, error instanceof Error ? error.message : String(error))
}
