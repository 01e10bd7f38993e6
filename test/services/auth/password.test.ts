import { scryptSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decoyHash, hashPassword, verifyPassword } from '../../../services/auth/password.ts'

describe('password hashes', () => {
  test('have the form scrypt$N$r$p$salt$hash', async () => {
    const [scheme, N, r, p, salt = '', hash = ''] = (await hashPassword('secret')).split('$')
    expect([scheme, N, r, p]).toEqual(['scrypt', '1024', '8', '1'])
    expect(Buffer.from(salt, 'base64url')).toHaveLength(16)
    const expected = scryptSync('secret', Buffer.from(salt, 'base64url'), 32, { N: 1024, r: 8, p: 1 })
    expect(hash).toBe(expected.toString('base64url'))
  })

  test('tell the right password from all others', async () => {
    const hash = await hashPassword('secret')
    expect(await verifyPassword('secret', hash)).toBe(true)
    for (const other of ['Secret', 'secret ', '', 'sécret'])
      expect(await verifyPassword(other, hash)).toBe(false)
  })

  test('differ for the same password', async () => {
    expect(await hashPassword('secret')).not.toBe(await hashPassword('secret'))
  })

  test('are checked at the cost that they name', async () => {
    const salt = Buffer.alloc(16, 1)
    const strong = scryptSync('secret', salt, 32, { N: 4096, r: 8, p: 2 })
    const hash = `scrypt$4096$8$2$${salt.toString('base64url')}$${strong.toString('base64url')}`
    expect(await verifyPassword('secret', hash)).toBe(true)
  })

  test('of another scheme are an error, not a wrong password', async () => {
    await expect(verifyPassword('secret', '$2b$10$abcdefghijk')).rejects.toThrow('must look like scrypt')
  })

  test('of the decoy match nothing', async () => {
    expect(await verifyPassword('', decoyHash)).toBe(false)
  })
})
