import { describe, expect, test } from 'vitest'
import { ScenarioError } from '../../../../harness/errors.ts'
import { httpBody } from '../../../../harness/faults/network/http-body.ts'
import { family } from '../../../../harness/stack/topology.ts'
import { startHttpWorld } from './http-world.ts'

const on = { link: 'feed -> auth' } as const

describe('http-body', () => {
  test.each([
    [{ ...on }, 'form'],
    [{ ...on, form: 'xml' }, 'form'],
    [{ ...on, form: 'dropped-header' }, 'belongs to the form "dropped-header", and that needs it'],
    [{ ...on, form: 'html', header: 'Date' }, 'belongs to the form "dropped-header"'],
    [{ ...on, form: 'dropped-header', header: 'content-length' }, 'content-length cannot be changed'],
    [{ ...on, form: 'dropped-header', header: 'a b' }, '"a b" is not a header name'],
    [{ ...on, form: 'html', contentType: 'a/b' }, 'belongs to the form "wrong-content-type"'],
    [{ ...on, form: 'html', share: 0.5, every: 2 }, 'give share or every, not both'],
  ])('refuses %j', (params, problem) => {
    expect(() => httpBody(params as never)).toThrow(ScenarioError)
    expect(() => httpBody(params as never)).toThrow(problem)
  })

  test('is aimed at its link, which must speak HTTP', () => {
    const fault = httpBody({ ...on, form: 'html' })
    expect(fault).toMatchObject({ kind: 'http-body', target: 'feed -> auth', needs: ['http-toxics'] })
    expect(fault.problems(family)).toEqual([])
    expect(httpBody({ link: 'auth -> sessions', form: 'html' }).problems(family)).toEqual([
      expect.stringContaining('names only links to a database'),
    ])
  })

  test.each([
    [{ form: 'malformed-json' }, 'application/json', '{"active":true,"'],
    [{ form: 'html' }, 'text/html; charset=utf-8', '<!doctype html>'],
    [{ form: 'empty' }, 'application/json', ''],
    [{ form: 'wrong-content-type' }, 'text/html', '{"active":true,"path":"/introspect"}'],
    [{ form: 'wrong-content-type', contentType: 'a/b' }, 'a/b', '{"active":true,"path":"/introspect"}'],
    [
      { form: 'dropped-header', header: 'Cache-Control' },
      'application/json',
      '{"active":true,"path":"/introspect"}',
    ],
  ] as const)(
    'makes of answers %j, on connections that stand, until its undo',
    async (params, type, begin) => {
      await using world = await startHttpWorld()
      const ask = world.caller('feed-to-auth')
      const before = await ask()
      const injected = await httpBody({ ...on, ...params }).inject(world.stack)
      const seen = await ask()
      expect(seen).toMatchObject({ status: 200, error: undefined, headers: { 'content-type': type } })
      expect(seen.body.startsWith(begin)).toBe(true)
      if (begin === '') expect(seen.body).toBe('')
      if (params.form === 'malformed-json') expect(() => JSON.parse(seen.body)).toThrow(SyntaxError)
      expect(seen.headers['cache-control']).toBe(params.form === 'dropped-header' ? undefined : 'no-store')
      expect(await injected.evidence()).toMatchObject([{ observed: '1 request on 1 connection touched' }])
      await injected.undo()
      expect(await ask()).toMatchObject({
        body: before.body,
        headers: { 'content-type': 'application/json' },
      })
      // The service has done its work each time, over one connection.
      expect(world.asked).toBe(3)
      expect(await world.connections('feed-to-auth')).toBe(1)
    },
  )

  test('stands beside others on the same link', async () => {
    await using world = await startHttpWorld()
    const ask = world.caller('feed-to-auth')
    const first = await httpBody({ ...on, match: { path: '/a' }, form: 'empty' }).inject(world.stack)
    const second = await httpBody({ ...on, match: { path: '/b' }, form: 'html' }).inject(world.stack)
    expect((await ask('/a')).body).toBe('')
    expect((await ask('/b')).body).toContain('html')
    await first.undo()
    expect((await ask('/a')).body).toContain('active')
    expect((await ask('/b')).body).toContain('html')
    await second.undo()
    expect(await world.proxy.toxics()).toEqual([])
  })
})
