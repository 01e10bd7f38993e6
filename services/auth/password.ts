import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Cost {
  N: number
  r: number
  p: number
}

/**
 * The cost of one hash: deliberately that of a miniature, 1/128 of the work of N=2^17 that OWASP recommends for scrypt.
 * A whole crowd signs in on a laptop's cores; with a real cost every scenario would measure scrypt and nothing else.
 * A hash then costs some two milliseconds of one core, as much as all else that auth does for a sign-in.
 */
const miniatureCost: Cost = { N: 1024, r: 8, p: 1 }
const saltBytes = 16
const hashBytes = 32

/** Hashes a password as `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, salt, hashBytes, miniatureCost)
  return format(miniatureCost, salt, hash)
}

/** Whether a password has the hash, at the cost that the hash itself names. Throws on what is not such a hash. */
export async function verifyPassword(password: string, passwordHash: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = passwordHash.split('$')
  if (scheme !== 'scrypt' || salt === undefined || hash === undefined)
    throw new TypeError(`a password hash must look like scrypt$N$r$p$salt$hash, got scheme "${scheme}"`)
  const expected = Buffer.from(hash, 'base64url')
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  const actual = await derive(password, Buffer.from(salt, 'base64url'), expected.length, cost)
  return timingSafeEqual(actual, expected)
}

/** A hash that no password has: checking against it costs an unknown user as much as a known one. */
export const decoyHash = format(miniatureCost, randomBytes(saltBytes), randomBytes(hashBytes))

function format({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

function derive(password: string, salt: Buffer, length: number, cost: Cost): Promise<Buffer> {
  // scrypt needs 128 * N * r bytes; Node refuses above maxmem.
  const options = { ...cost, maxmem: 256 * cost.N * cost.r }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, hash) => (error ? reject(error) : resolve(hash)))
  })
}
