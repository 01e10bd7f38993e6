import { describe, expect, test } from 'vitest'
import { ControlRoom } from '../../../harness/room/control-room.ts'
import { createRoomApp } from '../../../harness/room/server.ts'
import { architectureOf } from '../../../harness/stack/architectures.ts'
import type { Stack } from '../../../harness/stack/stack.ts'
import { family } from '../../../harness/stack/topology.ts'

const token = 'a-token-that-nobody-can-guess'
const origin = 'http://127.0.0.1:4000'

/** A stack that is only asked for its shape, and for starts of its services. */
function start() {
  const started: string[] = []
  const stack = {
    topology: family,
    architecture: architectureOf('hardened'),
    features: new Set<string>(),
    runtime: 'processes',
    services: {
      start: async (name: string, version?: { env?: Record<string, string> }) => {
        started.push(`${name} ${version?.env?.MITIGATIONS?.includes('bulkhead')}`)
      },
    },
  } as unknown as Stack
  const room = new ControlRoom(stack, [])
  const app = createRoomApp(
    { room, token, about: { hello: 'there' }, look: async () => ({ faults: room.faults }) },
    () => 4000,
  )
  const ask = (path: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
    app.fetch(
      new Request(`${origin}/${token}${path}`, {
        ...init,
        headers: { host: '127.0.0.1:4000', origin, 'content-type': 'application/json', ...headers },
      }),
    )
  const post = async (path: string, body: unknown, headers?: Record<string, string>) => {
    const response = await ask(path, { method: 'POST', body: JSON.stringify(body) }, headers)
    return { status: response.status, text: await response.text() }
  }
  return { app, room, ask, post, started }
}

describe('the control room lets in', () => {
  test('its own page', async () => {
    const { ask } = start()
    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('control room')
    for (const name of ['/room.css', '/about']) expect((await ask(name)).status).toBe(200)
    const script = await (await ask('/room.js')).text()
    const parts = [...script.matchAll(/from '\.(\/\w+\.js)'/g)].map(([, part]) => part ?? '')
    expect(parts).toContain('/forms.js')
    for (const part of parts)
      expect((await ask(part)).headers.get('content-type'), part).toContain('text/javascript')
    expect((await ask('/server.ts')).status).toBe(404)
  })

  test('nobody without the token, or with another of the same length', async () => {
    const { app } = start()
    for (const path of [
      '/',
      '/about',
      `/${token.slice(0, -1)}/about`,
      `/${'x'.repeat(token.length)}/about`,
    ]) {
      const response = await app.fetch(
        new Request(`${origin}${path}`, { headers: { host: '127.0.0.1:4000' } }),
      )
      expect(response.status).toBe(404)
    }
  })

  test('nobody who calls it by another name', async () => {
    const { ask } = start()
    for (const host of ['evil.example', 'evil.example:4000', '127.0.0.1', '127.0.0.1:4001'])
      expect((await ask('/about', {}, { host })).status).toBe(421)
  })

  test('no other page to change anything', async () => {
    const { post, ask } = start()
    for (const other of ['http://evil.example', 'null', 'http://127.0.0.1:4001', 'https://127.0.0.1:4000'])
      expect((await post('/scenario', { name: 'calm' }, { origin: other })).status).toBe(403)
    expect((await post('/faults', {}, { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await ask('/faults/x', { method: 'DELETE' }, { origin: 'http://evil.example' })).status).toBe(403)
  })
})

describe('the control room refuses', () => {
  test.each([
    ['/faults', { kind: 'no-such', params: {} }, 'there is no fault "no-such"'],
    ['/faults', { kind: 'latency', params: { link: 'feed -> auth' } }, 'latencyMs'],
    ['/faults', { kind: 'latency', params: { link: 'feed -> nowhere', latencyMs: 5 } }, 'no link'],
    ['/faults', { kind: 'replica-lag', params: {} }, 'replica'],
    ['/faults', { params: {} }, 'kind'],
    ['/scenario', { name: 'no-such' }, 'there is no scenario "no-such"'],
    ['/mitigations', { name: 'no-such', on: true }, 'there is no mitigation'],
    ['/mitigations', { name: 'cells', on: true }, 'how a stack is built'],
    ['/mitigations', { name: 'bulkhead', on: 'yes' }, 'on'],
  ])('%s %j', async (path, body, why) => {
    const { post } = start()
    const { status, text } = await post(path, body)
    expect(status).toBe(400)
    expect(JSON.parse(text).error).toContain(why)
  })

  test('what is no JSON, and to undo or stop what is not on', async () => {
    const { ask } = start()
    expect((await ask('/faults', { method: 'POST', body: '{' })).status).toBe(400)
    expect((await ask('/faults/abc', { method: 'DELETE' })).status).toBe(400)
    expect((await ask('/scenario', { method: 'DELETE' })).status).toBe(400)
  })
})

test('a mitigation is switched by starting the family anew, and nobody else', async () => {
  const { post, room, started } = start()
  expect((await post('/mitigations', { name: 'bulkhead', on: false })).status).toBe(204)
  expect(room.mitigations.find(({ name }) => name === 'bulkhead')?.isOn).toBe(false)
  expect(started).toContain('auth-1 false')
  expect(started.some(name => /rival|sessions|status/.test(name))).toBe(false)
  started.length = 0
  expect((await post('/mitigations', { name: 'bulkhead', on: false })).status).toBe(204)
  expect(started).toEqual([])
})

test('what goes on is told as events', async () => {
  const { ask } = start()
  const response = await ask('/events')
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  expect(new TextDecoder().decode(value)).toContain('data: {"faults":[]}')
  await reader?.cancel()
})
