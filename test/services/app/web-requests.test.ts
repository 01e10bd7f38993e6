/** Requests that are wrong whoever sends them, and what stands on every answer. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { roles } from '../../../services/app/roles/index.ts'
import { cookiesOf, form, get, noticeOf, right, webWith } from './web-world.ts'

const actions = ['/sign-in', '/sign-out', '/act']

describe('a form from another site', () => {
  test.each<[string, Record<string, string>]>([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of a sister site', { 'sec-fetch-site': 'same-site' }],
    ['with an origin elsewhere', { origin: 'https://evil.example' }],
    ['with no origin to name', { origin: 'null' }],
    ['with an origin that is none', { origin: '::' }],
    ['with an origin at another port', { origin: 'http://feed.test:81' }],
    ['behind an edge of another name', { origin: 'http://feed.test', 'x-forwarded-host': 'feed.us.test' }],
  ])('%s is refused, whatever it asks for', async (_what, headers) => {
    for (const path of actions) {
      const { request, asked } = webWith()
      const response = await request(path, form({ ...right, text: 'x' }, { ...headers, cookie: 'sid=s1' }))
      expect(response.status).toBe(403)
      expect(await noticeOf(response)).toBe('error')
      expect(cookiesOf(response)).toEqual([])
      expect([asked.sessions, asked.signIns, asked.revoked]).toEqual([[], [], []])
    }
  })

  test.each<[string, Record<string, string>]>([
    ['of this site', { 'sec-fetch-site': 'same-origin', origin: 'http://feed.test' }],
    ['that its user sent again', { 'sec-fetch-site': 'none' }],
    ['of a browser without fetch metadata', { origin: 'http://feed.test' }],
    ['behind the edge', { origin: 'http://feed.us.test:81', 'x-forwarded-host': 'feed.us.test:81' }],
    ['of a program that is no browser', {}],
  ])('is told from one %s', async (_what, headers) => {
    const response = await webWith().request('/sign-in', form(right, { host: 'feed.test', ...headers }))
    expect(response.headers.get('location')).toBe('/')
  })
})

describe('a body that is no form', () => {
  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x', ''])(
    '%s is a 415',
    async type => {
      for (const path of ['/sign-in', '/act']) {
        const { request, asked } = webWith()
        const headers = { cookie: 'sid=s1', 'content-type': type }
        const response = await request(path, { method: 'POST', headers, body: '{"username":"ada"}' })
        expect(response.status).toBe(415)
        expect(await noticeOf(response)).toBe('error')
        expect([asked.sessions, asked.signIns]).toEqual([[], []])
      }
    },
  )
})

describe('a method that a path does not have', () => {
  test.each([
    ['/', 'POST', 'GET, HEAD'],
    ['/', 'DELETE', 'GET, HEAD'],
    ['/sign-in', 'PUT', 'GET, HEAD, POST'],
    ['/sign-out', 'GET', 'POST'],
    ['/act', 'GET', 'POST'],
    ['/act', 'HEAD', 'POST'],
    ['/act', 'PATCH', 'POST'],
  ])('%s %s is a 405 that names those it has', async (path, method, allow) => {
    const { request, asked } = webWith()
    const response = await request(path, { ...get('sid=s1'), method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    expect(asked.sessions).toEqual([])
  })
})

describe('every answer', () => {
  test.each([
    ['/', get()],
    ['/', get('sid=s1')],
    ['/sign-in', get()],
    ['/sign-in', form(right)],
    ['/act', form({}, { cookie: 'sid=s1' })],
    ['/act', get()],
    ['/sign-out', form({})],
  ] as const)('of %s carries the security headers', async (path, init) => {
    const { headers } = await webWith().request(path, init)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
  })

  test('to whatever form is a plain one: no failure, no trace', async () => {
    const { request } = webWith()
    const headers = { cookie: 'sid=s1', 'content-type': 'application/x-www-form-urlencoded' }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...actions),
        fc.string({ unit: 'binary', maxLength: 300 }),
        async (path, body) => {
          const response = await request(path, { method: 'POST', headers, body })
          expect([303, 400]).toContain(response.status)
          expect(await response.text()).not.toMatch(/\bat .*:\d+:\d+/)
        },
      ),
    )
  })
})

test('a role without web pages has no web surface', () => {
  expect(() => webWith({ role: { ...roles['messenger-api'] } as never })).toThrow('has no web pages')
})
