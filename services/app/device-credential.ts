/**
 * The credential of a phone that the app itself knows (chat): made and read by the app alone, encrypted and
 * authenticated with its own secret, so that no other service has to be there for it to be told good.
 */
import { EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'
import type { Identity } from './auth-client.ts'

/** What a credential holds. `credential` is the session at auth, by which it is asked about. Times in ms. */
export interface DeviceSession {
  identity: Identity
  credential: string
  issuedAt: number
}

export interface DeviceCredentials {
  seal(session: DeviceSession): Promise<string>
  /** Undefined for what this app did not make, or what has run out. Never rejects. */
  open(credential: string): Promise<DeviceSession | undefined>
}

const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  username: z.string(),
  session: z.string().min(1),
  iat: z.number(),
  exp: z.number(),
})
const typ = 'device+jwt'
/** Longer than any that is made: nothing longer is worth decrypting. */
const lengthMax = 4_096

/** `secret`: 32 bytes. `app`: the app's name; a credential is good at that app only. */
export function createDeviceCredentials(secret: Uint8Array, app: string): DeviceCredentials {
  return {
    seal: ({ identity, credential, issuedAt }) =>
      new EncryptJWT({ sid: identity.session, username: identity.username, session: credential })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ })
        .setSubject(identity.subject)
        .setAudience(app)
        .setIssuedAt(Math.floor(issuedAt / 1000))
        .setExpirationTime(Math.floor(identity.expiresAt / 1000))
        .encrypt(secret),

    async open(credential) {
      if (credential.length > lengthMax) return undefined
      try {
        const { payload } = await jwtDecrypt(credential, secret, {
          audience: app,
          typ,
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        const { sub, sid, username, session, iat, exp } = claims.parse(payload)
        const identity = { subject: sub, session: sid, username, expiresAt: exp * 1000 }
        return { identity, credential: session, issuedAt: iat * 1000 }
      } catch {
        return undefined
      }
    },
  }
}
