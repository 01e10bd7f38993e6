/**
 * `cells`: each credential says which cell holds its session, so that whoever gets it asks that cell and no other.
 * An opaque credential begins with `<cell>.`; a signed one carries the claim `cell`. What is read here only routes a
 * request: whether the credential is any good is for that cell's auth to say.
 */
import { decodeJwt } from 'jose'

const opaque = /^([a-z][a-z0-9-]{0,15})\.[A-Za-z0-9_-]{43}$/

/** Prefixes an opaque credential with its cell; without cells it stays as it is. */
export function inCell(cell: string | undefined, credential: string): string {
  return cell === undefined ? credential : `${cell}.${credential}`
}

/** The cell that a credential names, or undefined if it names none. Never throws. */
export function cellOf(credential: string): string | undefined {
  const prefixed = opaque.exec(credential)?.[1]
  if (prefixed !== undefined) return prefixed
  try {
    const { cell } = decodeJwt(credential)
    return typeof cell === 'string' ? cell : undefined
  } catch {
    return undefined
  }
}
