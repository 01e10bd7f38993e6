import { describe, expect, test } from 'vitest'
import { operator, startAuth } from './helpers.ts'

const pair = { certificate: 'a certificate', key: 'its key' }

/** An auth that shows a certificate, and what was installed. */
function startSecured(fails?: Error) {
  const installed: unknown[] = []
  const auth = startAuth({
    certificate: {
      install(given) {
        if (fails) throw fails
        installed.push(given)
        return new Date('2030-01-02T03:04:05Z')
      },
    },
  })
  const put = (body: unknown, headers: Record<string, string> = operator) =>
    auth.send('/admin/certificate', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  return { ...auth, put, installed }
}

describe('renewing the certificate', () => {
  test('installs it, and says until when it is good', async () => {
    const auth = startSecured()
    expect(await auth.put(pair)).toMatchObject({
      status: 200,
      body: { notAfter: '2030-01-02T03:04:05.000Z' },
    })
    expect(auth.installed).toEqual([pair])
    // Never the key.
    expect(JSON.stringify(auth.lines)).not.toContain('its key')
  })

  test('is for operators only', async () => {
    const auth = startSecured()
    expect(await auth.put(pair, {})).toMatchObject({ status: 401, body: { error: 'operators_only' } })
    expect(auth.installed).toEqual([])
  })

  test.each([[{}], [{ certificate: 'a' }], [{ certificate: '', key: 'b' }], [{ certificate: 1, key: 'b' }]])(
    'refuses %j',
    async body => {
      const auth = startSecured()
      expect(await auth.put(body)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      expect(auth.installed).toEqual([])
    },
  )

  test('says what is wrong with one that cannot be installed', async () => {
    const auth = startSecured(new TypeError('the key is not that of the certificate'))
    expect(await auth.put(pair)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'the key is not that of the certificate' },
    })
  })

  test('is not there where no TLS is spoken', async () => {
    const auth = startAuth()
    const answer = await auth.send('/admin/certificate', { method: 'PUT', headers: operator, body: '{}' })
    expect(answer.status).toBe(404)
  })
})
