import { describe, expect, test } from 'vitest'
import { HttpClient } from '../../../harness/crowd/http.ts'
import { cutMidAnswer, nowhere, resetBeforeAnswer, startApp, startRaw } from './support.ts'

const get = { method: 'GET', path: '/' } as const

describe('HttpClient', () => {
  test('gives an answer as it came: no redirect followed, every cookie kept', async () => {
    await using app = await startApp()
    app.app.get('/', context => {
      context.header('set-cookie', 'a=1', { append: true })
      context.header('set-cookie', 'b=2', { append: true })
      return context.redirect('/elsewhere', 303)
    })
    await using http = new HttpClient({ deadlineMs: 5_000 })
    expect(await http.request({ ...get, door: app.door })).toMatchObject({
      kind: 'answer',
      status: 303,
      headers: { location: '/elsewhere', 'set-cookie': ['a=1', 'b=2'] },
    })
  })

  test('sends the host, headers and body that it is given', async () => {
    await using app = await startApp()
    app.app.post('/echo', async context =>
      context.json({
        host: context.req.header('host'),
        type: context.req.header('x-a'),
        body: await context.req.text(),
      }),
    )
    await using http = new HttpClient({ deadlineMs: 5_000 })
    const headers = { host: 'feed.us.localhost', 'x-a': 'b' }
    const answer = await http.request({
      method: 'POST',
      door: app.door,
      path: '/echo',
      headers,
      body: 'text',
    })
    expect(answer.kind === 'answer' && JSON.parse(answer.body)).toEqual({
      host: 'feed.us.localhost',
      type: 'b',
      body: 'text',
    })
  })

  test('says unreachable where nothing listens', async () => {
    await using http = new HttpClient({ deadlineMs: 5_000 })
    const { door } = await nowhere()
    expect(await http.request({ ...get, door })).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test.each([
    ['in the middle of its answer', cutMidAnswer],
    ['before its answer', resetBeforeAnswer],
  ])('says lost where a connection is cut %s', async (_, cut) => {
    await using raw = await startRaw(cut)
    await using http = new HttpClient({ deadlineMs: 5_000 })
    expect((await http.request({ ...get, door: raw.place.door })).kind).toBe('lost')
  })

  test.each([
    ['no answer', () => {}],
    [
      'half an answer and then silence',
      (socket: { write(text: string): void }) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    ],
  ])('says timeout after its deadline, not before, with %s', async (_, serveOne) => {
    await using raw = await startRaw(serveOne)
    await using http = new HttpClient({ deadlineMs: 200 })
    const began = performance.now()
    expect(await http.request({ ...get, door: raw.place.door })).toEqual({
      kind: 'timeout',
      reason: 'no answer in 200 ms',
    })
    expect(performance.now() - began).toBeGreaterThanOrEqual(198)
  })

  test('asks once only', async () => {
    let requests = 0
    await using raw = await startRaw(socket => {
      requests += 1
      resetBeforeAnswer(socket)
    })
    await using http = new HttpClient({ deadlineMs: 5_000 })
    await http.request({ ...get, door: raw.place.door })
    expect(requests).toBe(1)
  })
})
