import { expect } from 'vitest'
import { type Answer, basicOfFeed, operator } from './helpers.ts'

export const jsonType = { 'content-type': 'application/json' }
export const formType = { 'content-type': 'application/x-www-form-urlencoded' }

export interface Endpoint {
  path: string
  type: Record<string, string>
  /** What lets the request in. */
  credentials: Record<string, string>
}
export const endpoints: Endpoint[] = [
  { path: '/sign-in', type: jsonType, credentials: basicOfFeed },
  { path: '/token', type: formType, credentials: {} },
  { path: '/introspect', type: formType, credentials: basicOfFeed },
  { path: '/revoke', type: formType, credentials: basicOfFeed },
  { path: '/admin/users', type: jsonType, credentials: operator },
  { path: '/admin/clients', type: jsonType, credentials: operator },
]

/** What holds of every answer to a request that is wrong in whatever way. */
export function expectDecent({ status, headers, body }: Answer, allowed: readonly number[]): void {
  expect(allowed).toContain(status)
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.has('set-cookie')).toBe(false)
  expect(headers.has('x-injected')).toBe(false)
  expect(JSON.stringify(body)).not.toMatch(/\.ts\b|node:|node_modules|\bat \w+ \(|Error:/)
  if (status !== 200) expect(body.error).toMatch(/^[a-z_]+$/)
  if (status === 401) expect(headers.has('www-authenticate')).toBe(body.error !== 'invalid_credentials')
  if (status === 429 || status === 503) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
}
