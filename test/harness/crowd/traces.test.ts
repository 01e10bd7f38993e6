import { createHash } from 'node:crypto'
import { EncryptJWT, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { sidOf } from '../../../harness/crowd/credentials.ts'
import { createTraces, traceIdOf } from '../../../harness/crowd/traces.ts'

test('each request has a name of its own, in the form of W3C Trace Context', () => {
  const next = createTraces()
  const names = Array.from({ length: 1_000 }, next)
  expect(new Set(names.map(traceIdOf)).size).toBe(1_000)
  for (const name of names) expect(name).toMatch(/^00-[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/)
  expect(traceIdOf(createTraces()())).not.toBe(traceIdOf(createTraces()()))
})

const secret = new Uint8Array(32).fill(7)
const signed = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret)
const hashed = (text: string) => createHash('sha256').update(text).digest('base64url')

test('a session id is known by its hash, with or without its cell; a token by its claim', async () => {
  expect(sidOf('abc')).toBe(hashed('abc'))
  expect(sidOf('eu.abc')).toBe(hashed('eu.abc'))
  expect(sidOf(await signed({ sid: 'the one' }))).toBe('the one')
})

test('what tells nothing is known by nothing', async () => {
  const sealed = await new EncryptJWT({ sid: 'hidden' })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(secret)
  expect(sidOf(sealed)).toBeUndefined()
  expect(sidOf(await signed({}))).toBeUndefined()
  expect(sidOf('not.a.token')).toBeUndefined()
})
