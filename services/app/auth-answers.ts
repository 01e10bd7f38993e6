/**
 * How an answer of auth is read. Only auth's own explicit word makes a credential invalid (RFC 7662 2.2: an inactive
 * token is a 200 with active=false; RFC 6749 5.2: invalid_grant); anything else means that nobody knows.
 */
import { z } from 'zod'
import type { Answer } from '../common/call.ts'

export type AuthResult<T> =
  | { kind: 'valid'; value: T }
  | { kind: 'invalid'; reason: string }
  | { kind: 'unknown'; reason: string }

/** The form of a no: exactly this status, and a body that fits. */
export interface No {
  status: number
  schema: z.ZodType
  reason: string
}

/** Reads an answer strictly: it is a yes or a no only if it has exactly the form of one. */
export function readAnswer<T>(
  { status, text }: Answer,
  yes: z.ZodType<T>,
  noes: readonly No[],
): AuthResult<T> {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { kind: 'unknown', reason: `status ${status} without JSON` }
  }
  const no = noes.find(no => status === no.status && no.schema.safeParse(body).success)
  if (no) return { kind: 'invalid', reason: no.reason }
  const parsed = yes.safeParse(body)
  if (status === 200 && parsed.success) return { kind: 'valid', value: parsed.data }
  return { kind: 'unknown', reason: `status ${status}` }
}

/** The no of an endpoint that answers `{ error }`. */
export function errorNo(status: number, error: string): No {
  return { status, schema: z.object({ error: z.literal(error) }), reason: error }
}
