/** What a credential tells of its session, to whoever holds it. */
import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'

const token = /^[^.]+\.[^.]+\.[^.]+$/

/**
 * The name under which auth keeps the session of a credential: a token carries it as its claim `sid`, of a session id it is
 * the hash. Undefined where the credential is the app's own and says nothing.
 */
export function sidOf(credential: string): string | undefined {
  if (credential.split('.').length === 5) return undefined
  if (!token.test(credential)) return createHash('sha256').update(credential).digest('base64url')
  try {
    const { sid } = decodeJwt(credential)
    return typeof sid === 'string' ? sid : undefined
  } catch {
    return undefined
  }
}
