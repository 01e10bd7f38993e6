/** Credentials in the `Authorization` header, and how secrets are compared. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** The token of an `Authorization: Bearer` header (RFC 6750), or undefined. */
export function bearerOf(request: { headers: Headers }): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

export interface BasicCredentials {
  id: string
  secret: string
}

/**
 * The client of an `Authorization: Basic` header, or undefined where there is none or it is malformed. Id and secret
 * are form-encoded inside it (RFC 6749, section 2.3.1), so that either may hold a colon. Never throws.
 */
export function basicOf(request: { headers: Headers }): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  try {
    return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) }
  } catch {
    return undefined
  }
}

/** The header value that `basicOf` reads. */
export function basicHeader({ id, secret }: BasicCredentials): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`
}

/** Compares two secrets without telling, by the time it takes, how much of them agrees. */
export function secretsEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}
