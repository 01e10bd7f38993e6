import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { basicHeader, basicOf } from '../../../services/common/bearer.ts'
import { endpoints, expectDecent, formType } from './decent-answers.ts'
import { basicOfFeed, operator, startAuth } from './helpers.ts'

describe('whatever is sent', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('', ' ', '\0', '%', '%zz'),
  )
  /** Texts that fetch lets into a header. */
  const headerText = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,80}$/)
  const run = { numRuns: 150 }

  test('as an Authorization header, it is a client or it is refused', async () => {
    const auth = startAuth()
    const schemes = fc.constantFrom('', 'Basic ', 'basic  ', 'Bearer ', 'Basic Basic ')
    const header = fc.oneof(
      headerText,
      headerText.map(text => btoa(text)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...endpoints),
        schemes,
        header,
        async ({ path, type }, scheme, text) => {
          const headers = { ...type, authorization: `${scheme}${text}` }
          expectDecent(await auth.send(path, { method: 'POST', body: '', headers }), [400, 401])
        },
      ),
      run,
    )
  })

  test('as Basic credentials, they are read back as they were written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (id, secret) => {
        const headers = new Headers({ authorization: basicHeader({ id, secret }) })
        expect(basicOf({ headers })).toEqual({ id, secret })
      }),
      run,
    )
  })

  test('as a form, it has a decent answer', async () => {
    const auth = startAuth()
    const names = ['grant_type', 'refresh_token', 'client_id', 'client_secret', 'scope', 'token', '__proto__']
    const grants = ['refresh_token', 'client_credentials', 'password']
    const field = fc.tuple(
      fc.oneof(fc.constantFrom(...names), anyText),
      fc.oneof(fc.constantFrom(...grants), anyText),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/token', '/introspect', '/revoke'),
        fc.array(field, { maxLength: 6 }),
        async (path, fields) => {
          expectDecent(await auth.form(path, fields), [200, 400, 401, 429])
        },
      ),
      run,
    )
  })

  test('as the text of a form, it has a decent answer', async () => {
    const auth = startAuth()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/token', '/introspect', '/revoke'), anyText, async (path, body) => {
        const headers = { ...formType, ...(path === '/token' ? {} : basicOfFeed) }
        expectDecent(await auth.send(path, { method: 'POST', body, headers }), [200, 400, 401])
      }),
      run,
    )
  })

  test('as JSON, it has a decent answer', async () => {
    const auth = startAuth()
    const likeSignIn = fc.record(
      {
        username: fc.oneof(anyText, fc.jsonValue()),
        password: fc.oneof(anyText, fc.jsonValue()),
        kind: fc.oneof(fc.constantFrom('web', 'mobile', 'device', 'api'), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    const likeAdmin = fc.record(
      {
        prefix: fc.jsonValue(),
        count: fc.jsonValue(),
        password: anyText,
        users: fc.jsonValue(),
        secret: anyText,
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/sign-in', '/admin/users', '/admin/clients'),
        fc.oneof(fc.json(), anyText, likeSignIn, likeAdmin),
        async (path, body) => {
          const answer = await auth.json(path, body, path === '/sign-in' ? {} : operator)
          expectDecent(answer, path === '/sign-in' ? [400, 401] : [200, 400])
        },
      ),
      run,
    )
  })

  test('as a scope, only what was granted is given', async () => {
    const auth = startAuth()
    await auth.createClients('shop-', ['messages:read', 'messages:write'])
    const word = fc.constantFrom('messages:read', 'messages:write', 'messages', '', '"', 'Messages:read')
    const scopes = fc.oneof(
      fc.array(word, { maxLength: 4 }).map(words => words.join(' ')),
      anyText,
    )
    await fc.assert(
      fc.asyncProperty(scopes, async scope => {
        const answer = await auth.clientCredentials('shop-0', { scope })
        expectDecent(answer, [200, 400])
        const words = scope.split(' ')
        const granted = words.every(name => ['messages:read', 'messages:write'].includes(name))
        expect(answer.status === 200).toBe(granted || scope === '')
        if (scope !== '' && granted) expect(new Set(answer.body.scope.split(' '))).toEqual(new Set(words))
      }),
      run,
    )
  })

  test('as a sequence number, it is one or it is refused', async () => {
    const auth = startAuth()
    const number = fc.oneof(anyText, fc.bigInt().map(String), fc.double().map(String), fc.nat().map(String))
    await fc.assert(
      fc.asyncProperty(number, async since => {
        const answer = await auth.send(`/revocations?since=${encodeURIComponent(since)}`)
        const isNumber = /^\d{1,16}$/.test(since) && Number.isSafeInteger(Number(since))
        expectDecent(answer, [isNumber ? 200 : 400])
        if (isNumber) expect(answer.body.next).toBe(Number(since))
      }),
      run,
    )
  })
})
