import { scopePattern } from './config.ts'
import { rejection } from './requests.ts'

/**
 * The scope to grant (RFC 6749, section 3.3): what is asked for, each name once, or all that is allowed where nothing
 * is asked for. Throws 400 invalid_scope for what is malformed or not allowed.
 */
export function grantedScope(asked: string | undefined, allowed: readonly string[]): string {
  const names = asked === undefined ? allowed : [...new Set(asked.split(' '))]
  const refused = names.find(name => !scopePattern.test(name) || !allowed.includes(name))
  if (refused === undefined && names.length > 0) return names.join(' ')
  throw rejection(400, 'invalid_scope', {
    description: 'the scope is malformed or not granted to this client',
  })
}
