/** The answers that the proxy gives by itself. */
import { STATUS_CODES } from '../node-http.ts'
import type { Answer } from './attributes.ts'
import { isBodiless } from './body.ts'
import { type RequestHead, writeHead } from './head.ts'

/** Head and body as they go to the client. `keeps`: the connection goes on after it. */
export function givenAnswer(
  { status, contentType, body = '', headers = {} }: Answer,
  request: RequestHead,
  keeps: boolean,
): { head: Buffer; body: Buffer } {
  const bytes = Buffer.from(body)
  const fields = Object.entries(headers).map(([name, value]) => ({ name, value }))
  if (contentType !== undefined) fields.push({ name: 'Content-Type', value: contentType })
  if (!isBodiless(status)) fields.push({ name: 'Content-Length', value: String(bytes.length) })
  if (!keeps) fields.push({ name: 'Connection', value: 'close' })
  else if (request.minor === 0) fields.push({ name: 'Connection', value: 'keep-alive' })
  return {
    head: writeHead(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, fields),
    body: request.method === 'HEAD' ? Buffer.alloc(0) : bytes,
  }
}
