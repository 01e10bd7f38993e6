import type { SelfTest } from '../common/config-client.ts'
import type { AuthConfig } from './config.ts'
import { createKeyring } from './keyring.ts'
import type { AuthStore } from './store.ts'
import { mintAccessToken, verifyAccessToken } from './tokens.ts'

export interface SelfTestWorld {
  store: AuthStore
  /** The configuration in force. */
  config: () => AuthConfig
}

/**
 * Checks that a configuration would keep what was issued under the one in force good: a token signed now must verify
 * under it, and users must still be found. A check that cannot be made counts as failed; it never rejects.
 */
export function createSelfTest({ store, config }: SelfTestWorld): SelfTest<AuthConfig> {
  const keyring = createKeyring(store)

  async function problemsOf(candidate: AuthConfig): Promise<string[]> {
    const current = config()
    const names = { subject: 'self-test', sid: 'self-test', clientId: 'self-test', cell: undefined }
    const subject = { ...names, expiresAtMs: Date.now() + 60_000 }
    const token = await mintAccessToken(keyring, current, subject)
    const problems: string[] = []
    if (!(await verifyAccessToken(keyring, candidate, token))) {
      const expected = ({ issuer, audience }: AuthConfig) => `issuer "${issuer}" and audience "${audience}"`
      problems.push(`a token issued under ${expected(current)} does not verify under ${expected(candidate)}`)
    }
    if ((await store.hasUsers(current.issuer)) && !(await store.hasUsers(candidate.issuer)))
      problems.push(`users of issuer "${current.issuer}" are not found under "${candidate.issuer}"`)
    return problems
  }

  return async candidate => {
    try {
      const problems = await problemsOf(candidate)
      return problems.length === 0 ? { ok: true } : { ok: false, reason: problems.join('; ') }
    } catch (error) {
      return { ok: false, reason: `could not be checked: ${error instanceof Error ? error.message : error}` }
    }
  }
}
