/** The decision table of the web surface: what each answer of guard, auth and queue becomes for a browser. */
import { describe, expect, test } from 'vitest'
import { cookiesOf, form, get, identity, noticeOf, right, webWith } from './web-world.ts'

const stale = { kind: 'stale', identity } as const
const invalid = { kind: 'invalid', reason: 'inactive' } as const
const unknown = { kind: 'unknown', reason: 'timeout' } as const
const cleared = expect.stringMatching(/^sid=;.*Max-Age=0.*Path=\//)

describe('GET /', () => {
  test('without a session leads to the sign-in page and asks nobody', async () => {
    const { request, asked } = webWith()
    const response = await request('/')
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in'])
    expect(asked.sessions).toEqual([])
  })

  test('with a good session is the page', async () => {
    const { request, health, asked } = webWith()
    const response = await request('/', get('sid=s1'))
    expect(response.status).toBe(200)
    expect(response.headers.has('x-served')).toBe(false)
    expect(await noticeOf(response)).toBeUndefined()
    expect(await response.text()).toContain('@ada')
    expect(asked.sessions).toEqual(['s1'])
    expect(health.between(0)).toEqual({ good: 1, bad: 0 })
  })

  test('with a session that is only vouched for is the page, read-only', async () => {
    const { request, told, health } = webWith()
    told.admission = stale
    const response = await request('/', get('sid=s1'))
    expect(response.status).toBe(200)
    expect(response.headers.get('x-served')).toBe('stale-session')
    expect(await noticeOf(response)).toBe('read-only')
    expect(await response.text()).toMatch(/You are still signed in.*<fieldset disabled/s)
    expect(cookiesOf(response)).toEqual([])
    expect(health.between(0)).toEqual({ good: 1, bad: 0 })
  })

  test('with a bad session signs the browser out', async () => {
    const { request, told, health } = webWith()
    told.admission = invalid
    const response = await request('/', get('sid=s1'))
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in?why=session-expired'])
    expect(cookiesOf(response)).toEqual([cleared])
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('with a session of which nobody knows keeps it and says when to come back', async () => {
    const { request, told, health } = webWith()
    told.admission = unknown
    const response = await request('/', get('sid=s1'))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await noticeOf(response)).toBe('try-later')
    expect(cookiesOf(response)).toEqual([])
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('answers HEAD as GET, without the page', async () => {
    const { request } = webWith()
    const response = await request('/', { ...get('sid=s1'), method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(response.headers.get('content-type')).toContain('text/html')
  })
})

describe('GET /sign-in', () => {
  test.each(['signed-out', 'session-expired'])('says that the visitor is %s', async why => {
    expect(await noticeOf(await webWith().request(`/sign-in?why=${why}`))).toBe(why)
  })

  test.each(['wrong-password', 'try-later', 'queued', '<script>', 'constructor'])(
    'does not let a link claim %s',
    async why => {
      const response = await webWith().request(`/sign-in?why=${encodeURIComponent(why)}`)
      expect(response.status).toBe(200)
      expect(await noticeOf(response)).toBeUndefined()
      expect(await response.text()).not.toContain('<script>')
    },
  )

  test('reminds of a place in the line', async () => {
    expect(await noticeOf(await webWith().request('/sign-in', get('queue=t1')))).toBe('queued')
  })
})

describe('POST /sign-in', () => {
  test('with the right password opens a session', async () => {
    const { request, asked, health } = webWith()
    const response = await request(
      '/sign-in',
      form(right, { 'x-region': 'eu', 'x-forwarded-for': '10.1.2.3, 10.9.9.9' }),
    )
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(asked.signIns).toEqual([['web', 'ada', 'right', { region: 'eu', address: '10.1.2.3' }]])
    const [cookie = '', ...others] = cookiesOf(response)
    expect(others).toEqual([])
    expect(cookie).toMatch(/^sid=new;/)
    for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Expires=']) expect(cookie).toContain(part)
    expect(cookie).not.toContain('Secure')
    expect(asked.done).toEqual([['answered', undefined]])
    expect(health.between(0)).toEqual({ good: 1, bad: 0 })
  })

  test('over HTTPS keeps the session to HTTPS', async () => {
    const response = await webWith().request('/sign-in', form(right, { 'x-forwarded-proto': 'https' }))
    expect(cookiesOf(response)[0]).toContain('Secure')
  })

  test('with a wrong password says so, and gives the user name back', async () => {
    const { request, told, asked, health } = webWith()
    told.signIn = { kind: 'invalid', reason: 'invalid_credentials' }
    const response = await request('/sign-in', form({ username: '"><b>', password: 'wrong' }))
    expect(response.status).toBe(401)
    expect(await noticeOf(response)).toBe('wrong-password')
    expect(await response.text()).toContain('value="&quot;&gt;&lt;b&gt;"')
    expect(cookiesOf(response)).toEqual([])
    expect(asked.done).toEqual([['answered', undefined]])
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('of which nobody knows keeps the place in the line and says when to come back', async () => {
    const { request, told, asked, health } = webWith()
    told.signIn = unknown
    const response = await request('/sign-in', form(right, { cookie: 'queue=t1' }))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await noticeOf(response)).toBe('try-later')
    expect(cookiesOf(response)).toEqual([])
    expect(asked.done).toEqual([['unavailable', 't1']])
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('waits in the line', async () => {
    const { request, told, asked } = webWith()
    told.entry = { kind: 'wait', ticket: 't1', position: 12, retryAfterS: 8 }
    const response = await request('/sign-in', form(right))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('8')
    expect(await noticeOf(response)).toBe('queued')
    const body = await response.text()
    expect(body).toContain('<b>12</b>')
    // The answer to a form must not reload itself.
    expect(body).not.toContain('http-equiv="refresh"')
    expect(body).not.toContain('right')
    expect(cookiesOf(response)).toEqual([
      expect.stringMatching(/^queue=t1;.*Path=\/.*HttpOnly.*SameSite=Lax/),
    ])
    expect(asked.signIns).toEqual([])
    expect(asked.done).toEqual([])
  })

  test("shows its ticket in the line of the user's region, and gives it up once auth has answered", async () => {
    const { request, asked } = webWith()
    const response = await request('/sign-in', form(right, { cookie: 'queue=t1', 'x-region': 'eu' }))
    expect(asked.queues).toEqual(['eu'])
    expect(asked.tickets).toEqual(['t1'])
    expect(asked.done).toEqual([['answered', 't1']])
    expect(cookiesOf(response)).toEqual([
      expect.stringMatching(/^queue=;.*Max-Age=0/),
      expect.stringMatching(/^sid=new/),
    ])
  })

  test.each<[string, Record<string, string>]>([
    ['no fields', {}],
    ['no password', { username: 'ada' }],
    ['an empty user name', { username: '', password: 'x' }],
    ['a user name that is too long', { username: 'a'.repeat(101), password: 'x' }],
    ['a user name with a NUL', { username: 'a\0', password: 'x' }],
    ['a password that is too long', { username: 'ada', password: 'x'.repeat(201) }],
  ])('asks again after a form with %s', async (_what, fields) => {
    const { request, asked, health } = webWith()
    const response = await request('/sign-in', form(fields))
    expect(response.status).toBe(400)
    expect(await noticeOf(response)).toBe('error')
    expect([asked.tickets, asked.signIns]).toEqual([[], []])
    expect(health.between(0)).toEqual({ good: 0, bad: 0 })
  })

  test('does not choose between two user names', async () => {
    const { request, asked } = webWith()
    const body = 'username=ada&username=eve&password=right'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await request('/sign-in', { method: 'POST', headers, body })).status).toBe(400)
    expect(asked.signIns).toEqual([])
  })
})

describe('POST /act', () => {
  test('with a good session does it, and the page shows it', async () => {
    const { request, health } = webWith()
    const response = await request('/act', form({ text: ' <i>hello</i> ' }, { cookie: 'sid=s1' }))
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
    expect(health.between(0)).toEqual({ good: 1, bad: 0 })
    expect(await (await request('/', get('sid=s1'))).text()).toContain('&lt;i&gt;hello&lt;/i&gt;')
  })

  test('with a session that is only vouched for is refused, and what was written is given back', async () => {
    const { request, told, health } = webWith()
    told.admission = stale
    const response = await request('/act', form({ text: 'precious & <b>' }, { cookie: 'sid=s1' }))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await noticeOf(response)).toBe('read-only')
    expect(await response.text()).toContain('precious &amp; &lt;b&gt;')
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
    told.admission = { kind: 'valid', identity }
    expect(await (await request('/', get('sid=s1'))).text()).not.toContain('precious')
  })

  test('with a session of which nobody knows is put off', async () => {
    const { request, told } = webWith()
    told.admission = unknown
    const response = await request('/act', form({ text: 'hello there' }, { cookie: 'sid=s1' }))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await noticeOf(response)).toBe('try-later')
    expect(await response.text()).toContain('hello there')
    expect(cookiesOf(response)).toEqual([])
  })

  test('with a bad session signs the browser out', async () => {
    const { request, told, health } = webWith()
    told.admission = invalid
    const response = await request('/act', form({ text: 'hello' }, { cookie: 'sid=s1' }))
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in?why=session-expired'])
    expect(cookiesOf(response)).toEqual([cleared])
    expect(health.between(0)).toEqual({ good: 0, bad: 1 })
  })

  test('without a session leads to the sign-in page', async () => {
    const response = await webWith().request('/act', form({ text: 'hello' }))
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in'])
  })

  test.each([{}, { text: '' }, { text: '  \n ' }, { text: 'x'.repeat(501) }])(
    'refuses %j before it asks anybody',
    async fields => {
      const { request, asked } = webWith()
      const response = await request('/act', form(fields as Record<string, string>, { cookie: 'sid=s1' }))
      expect(response.status).toBe(400)
      expect(await noticeOf(response)).toBe('error')
      expect(asked.sessions).toEqual([])
    },
  )
})

describe('POST /sign-out', () => {
  test('ends the session everywhere', async () => {
    const { request, asked } = webWith()
    const response = await request('/sign-out', { ...get('sid=s1'), method: 'POST' })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/sign-in?why=signed-out'])
    expect(cookiesOf(response)).toEqual([cleared])
    expect([asked.forgotten, asked.revoked]).toEqual([['s1'], ['s1']])
  })

  test('without a session is done already', async () => {
    const { request, asked } = webWith()
    expect((await request('/sign-out', { method: 'POST' })).status).toBe(303)
    expect(asked.revoked).toEqual([])
  })
})
