import { createHash, timingSafeEqual } from 'node:crypto'

/** The token of an `Authorization: Bearer` header, or undefined. */
export function bearerOf(request: { headers: Headers }): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
}

/** Compares two secrets without telling, by the time it takes, how much of them agrees. */
export function secretsEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
