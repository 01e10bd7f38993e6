import { randomUUID } from 'node:crypto'
import { compactVerify, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { AuthConfig } from './config.ts'
import { signingAlgorithm } from './key-set.ts'
import type { Keyring } from './keyring.ts'

/** Header `typ` of each token, so that one is never taken for the other (RFC 9068, RFC 8725 section 3.11). */
const tokenTypes = { access: 'at+jwt', refresh: 'rt+jwt' } as const

const commonClaims = z.object({
  sub: z.string(),
  sid: z.string(),
  jti: z.string(),
  iat: z.number(),
  exp: z.number(),
})
/** `parent` is the `jti` of the refresh token that this one was given for; `client_id` the only one who may use it. */
const refreshClaims = commonClaims.extend({ parent: z.string(), client_id: z.string() })

/** Whom a token speaks for, and to whom it was given. */
export interface TokenSubject {
  subject: string
  sid: string
  clientId: string
  /** For a system client: names of scopes, separated by spaces. */
  scope?: string | undefined
  /** The cell in which the token is good, where there are cells. */
  cell: string | undefined
  /** When the token ends. */
  expiresAtMs: number
}

export interface TokenPair {
  accessToken: string
  refreshToken: string
  accessTtlS: number
}

/** The end of a lifetime that begins now, ms. Throws a TypeError unless it is a number. */
export function endOf(ttlS: number, nowMs = Date.now()): number {
  const endMs = Math.round(nowMs + ttlS * 1000)
  if (!Number.isSafeInteger(endMs)) throw new TypeError(`a lifetime must be a number of seconds, got ${ttlS}`)
  return endMs
}

/** Signs an access token and a refresh token, given for the refresh token whose `jti` is `parent`. */
export async function mintTokenPair(
  keyring: Keyring,
  config: AuthConfig,
  subject: TokenSubject,
  parent: string,
): Promise<TokenPair> {
  const nowMs = Date.now()
  const expiresAtMs = Math.min(wholeEndOf(config.accessTokenTtlS, nowMs), subject.expiresAtMs)
  const [accessToken, refreshToken] = await Promise.all([
    mintAccessToken(keyring, config, { ...subject, expiresAtMs }),
    mint(keyring, config, tokenTypes.refresh, subject, { parent }),
  ])
  return { accessToken, refreshToken, accessTtlS: Math.floor((expiresAtMs - nowMs) / 1000) }
}

/** As `endOf`, in whole seconds, as tokens count: an access token lives as long as it says. */
export function wholeEndOf(ttlS: number, nowMs = Date.now()): number {
  return Math.ceil(endOf(ttlS, nowMs) / 1000) * 1000
}

/** Signs an access token alone, with the claims of RFC 9068. */
export function mintAccessToken(keyring: Keyring, config: AuthConfig, subject: TokenSubject) {
  return mint(keyring, config, tokenTypes.access, subject, {})
}

async function mint(
  keyring: Keyring,
  config: AuthConfig,
  typ: string,
  { subject, sid, clientId, scope, cell, expiresAtMs }: TokenSubject,
  claims: Record<string, string>,
): Promise<string> {
  const { kid, key } = await keyring.signingKey()
  const optional = { ...(scope === undefined ? {} : { scope }), ...(cell === undefined ? {} : { cell }) }
  return new SignJWT({ ...claims, ...optional, client_id: clientId, sid })
    .setProtectedHeader({ alg: signingAlgorithm, kid, typ })
    .setIssuer(config.issuer)
    .setSubject(subject)
    .setAudience(config.audience)
    .setIssuedAt(Math.floor(Date.now() / 1000))
    .setExpirationTime(Math.floor(expiresAtMs / 1000))
    .setJti(randomUUID())
    .sign(key)
}

/** The claims of a token that is valid under the configuration, or undefined. Rejects when the keys cannot be had. */
export async function verifyAccessToken(keyring: Keyring, config: AuthConfig, token: string) {
  return verify(keyring, config, tokenTypes.access, commonClaims, token)
}

/** As `verifyAccessToken`, for refresh tokens. */
export async function verifyRefreshToken(keyring: Keyring, config: AuthConfig, token: string) {
  return verify(keyring, config, tokenTypes.refresh, refreshClaims, token)
}

async function verify<T>(
  keyring: Keyring,
  { issuer, audience }: AuthConfig,
  typ: string,
  claims: z.ZodType<T>,
  token: string,
): Promise<T | undefined> {
  // jose leaves out a check whose expected value is empty.
  if (!issuer || !audience) throw new TypeError(`no issuer or audience to check tokens against`)
  const options = { issuer, audience, typ, algorithms: [signingAlgorithm] }
  return undefinedIfInvalid(async () => {
    const { payload } = await jwtVerify(token, keyLookup(keyring), options)
    return claims.safeParse(payload).data
  })
}

const signedClaims = z.object({ sid: z.string(), client_id: z.string().optional() })

/**
 * The session and client that a token of ours names, whatever its issuer, audience and age; undefined if we did not
 * sign it. Only for revoking: a sign-out must count even while the configuration is wrong.
 */
export async function claimsOfSignedToken(keyring: Keyring, token: string) {
  return undefinedIfInvalid(async () => {
    const options = { algorithms: [signingAlgorithm] }
    const { payload } = await compactVerify(token, keyLookup(keyring), options)
    return signedClaims.safeParse(JSON.parse(new TextDecoder().decode(payload))).data
  })
}

function keyLookup(keyring: Keyring) {
  return async ({ kid }: { kid?: string }) => {
    const key = typeof kid === 'string' ? await keyring.verificationKey(kid) : undefined
    if (!key) throw new errors.JWKSNoMatchingKey()
    return key
  }
}

async function undefinedIfInvalid<T>(check: () => Promise<T>): Promise<T | undefined> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
