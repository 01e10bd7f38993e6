/** Keys and tokens as auth makes them, for tests. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { defaultAppConfig } from '../../../services/app/app-config.ts'

export type Pair = Awaited<ReturnType<typeof generateKeyPair>>
export const newKey = (): Promise<Pair> => generateKeyPair('EdDSA', { extractable: true })

export async function published(kid: string, { publicKey }: Pair) {
  return { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
}

export interface TokenParts {
  kid?: string
  typ?: string
  issuer?: string
  audience?: string
  expiresInS?: number
  notBeforeInS?: number
  claims?: Record<string, unknown>
}

export function tokenOf({ privateKey }: Pair, parts: TokenParts = {}): Promise<string> {
  const { kid = 'k1', typ = 'at+jwt', expiresInS = 60, notBeforeInS = 0, claims = {} } = parts
  const nowS = Math.floor(Date.now() / 1000)
  return new SignJWT({ sid: 's1', ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ })
    .setIssuer(parts.issuer ?? defaultAppConfig.issuer)
    .setAudience(parts.audience ?? defaultAppConfig.audience)
    .setSubject('u1')
    .setNotBefore(nowS + notBeforeInS)
    .setExpirationTime(nowS + expiresInS)
    .sign(privateKey)
}
