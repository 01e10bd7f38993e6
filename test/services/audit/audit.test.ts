import { describe, expect, test } from 'vitest'
import { createAudit } from '../../../services/audit/audit.ts'

const adminToken = 'an-operator-token-for-tests'

function start() {
  const audit = createAudit({ adminToken, log: () => {} })
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await audit.fetch(new Request(`http://audit${path}`, init))
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const post = (body: unknown) =>
    send('/events', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
  const read = () => send('/admin/events', { headers: { authorization: `Bearer ${adminToken}` } })
  return { send, post, read }
}

const event = (what: string) => ({ at: 1, from: 'feed', what, status: 200 })

describe('the audit sink', () => {
  test('keeps what it is told, the latest first', async () => {
    const { post, read } = start()
    expect((await post({ events: [event('/sign-in'), event('/token')] })).status).toBe(204)
    await post({ events: [event('/revoke')] })
    const { body } = await read()
    expect(body.noted).toBe(3)
    expect(body.latest.map(({ what }: { what: string }) => what)).toEqual(['/revoke', '/token', '/sign-in'])
  })

  test('counts more than it keeps', async () => {
    const { post, read } = start()
    for (let n = 0; n < 3; n += 1) await post({ events: Array.from({ length: 600 }, () => event('/token')) })
    const { body } = await read()
    expect(body.noted).toBe(1_800)
    expect(body.latest).toHaveLength(1_000)
  })

  test('shows it to its operator only', async () => {
    const { send } = start()
    expect((await send('/admin/events')).status).toBe(401)
    expect((await send('/admin/events', { headers: { authorization: 'Bearer other' } })).status).toBe(401)
    expect(() => createAudit({ adminToken: '', log: () => {} })).toThrow(TypeError)
  })

  test.each([['{'], [{}], [{ events: [{ at: 1 }] }], [{ events: 'all' }]])('refuses %j', async body => {
    const { post, read } = start()
    expect((await post(body)).status).toBe(400)
    expect((await read()).body.noted).toBe(0)
  })

  test('says so where there is no such method', async () => {
    expect((await start().send('/events')).status).toBe(405)
  })
})
