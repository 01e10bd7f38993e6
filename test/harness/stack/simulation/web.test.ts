/** What is laid over Node's own answers as Node's own does, to all that services ask of it. */
import { describe, expect, test } from 'vitest'
import { anySignal, VirtualAbortController } from '../../../../harness/stack/simulation/web-abort.ts'
import { VirtualHeaders } from '../../../../harness/stack/simulation/web-headers.ts'
import { VirtualRequest, VirtualResponse } from '../../../../harness/stack/simulation/web-messages.ts'

const bothHeaders = [Headers, VirtualHeaders as unknown as typeof Headers] as const

/** All that can be seen of some headers. */
function seen(headers: Headers) {
  const each: string[] = []
  headers.forEach((value, name) => {
    each.push(`${name}=${value}`)
  })
  return {
    entries: [...headers],
    keys: [...headers.keys()],
    values: [...headers.values()],
    cookies: headers.getSetCookie(),
    each,
  }
}

describe('headers', () => {
  const made: [string, (Made: typeof Headers) => Headers][] = [
    ['nothing', Made => new Made()],
    ['a record', Made => new Made({ 'X-B': '2', accept: ' text/html ', 'Content-Type': 'a/b' })],
    [
      'pairs, some twice',
      Made =>
        new Made([
          ['accept', 'a'],
          ['Accept', 'b'],
          ['set-cookie', 'one=1'],
          ['Set-Cookie', 'two=2'],
        ]),
    ],
    ['headers', Made => new Made(new Made({ b: '1', a: '2', 'set-cookie': 'c=3' }))],
    [
      'changes',
      Made => {
        const headers = new Made({ a: '1', b: '2', 'set-cookie': 'c=3' })
        headers.set('A', '3')
        headers.append('a', '4')
        headers.delete('B')
        headers.append('set-cookie', 'd=4')
        return headers
      },
    ],
    [
      'cookies put anew, and taken away',
      Made => {
        const headers = new Made({ 'set-cookie': 'c=3' })
        headers.set('set-cookie', 'e=5')
        const none = new Made(headers)
        none.delete('Set-Cookie')
        headers.set('x-none', String(none.get('set-cookie')))
        return headers
      },
    ],
  ]
  test.each(made)('of %s look like the real ones', (_case, make) => {
    const [real, virtual] = bothHeaders.map(make) as [Headers, Headers]
    expect(seen(virtual)).toEqual(seen(real))
    for (const name of ['A', 'accept', 'Set-Cookie', 'nope']) {
      expect(virtual.get(name), name).toBe(real.get(name))
      expect(virtual.has(name), name).toBe(real.has(name))
    }
  })

  test.each([
    ['a name with a space', 'a b', 'c'],
    ['no name', '', 'c'],
    ['a line in a value', 'a', 'b\nc'],
    ['a value that is not Latin', 'a', 'ł'],
  ])('refuse %s, as the real ones do', (_case, name, value) => {
    for (const Made of bothHeaders) {
      expect(() => new Made().set(name, value)).toThrow(TypeError)
      expect(() => new Made().append(name, value)).toThrow(TypeError)
      expect(() => new Made({ [name]: value })).toThrow(TypeError)
    }
  })
})

describe('an answer', () => {
  type Make = (Made: typeof Response) => Response
  const virtual = VirtualResponse as unknown as typeof Response
  const made: [string, Make][] = [
    ['nothing', Made => new Made()],
    ['text', Made => new Made('Grüße', { status: 201, statusText: 'Made' })],
    ['text as an object', Made => new Made(Object('page') as string)],
    ['text with a type', Made => new Made('<p>', { headers: { 'content-type': 'text/html' } })],
    ['bytes', Made => new Made(new Uint8Array([123, 125]))],
    ['a buffer', Made => new Made(new Uint8Array([91, 93]).buffer)],
    ['a form', Made => new Made(new URLSearchParams({ a: '1 2', b: 'ü' }))],
    ['JSON', Made => Made.json({ a: [1] }, { status: 400, headers: { 'x-a': '1' } })],
    ['JSON of another type', Made => Made.json(1, { headers: { 'content-type': 'a/b' } })],
    ['no content', Made => new Made(null, { status: 204 })],
    ['the body of another', Made => new Made(new Made('again').body, new Made('', { status: 418 }))],
  ]
  const looks = async (make: () => Response) => ({
    status: make().status,
    statusText: make().statusText,
    ok: make().ok,
    headers: [...make().headers],
    text: await make().text(),
    bytes: [...new Uint8Array(await make().arrayBuffer())],
    hasBody: make().body !== null,
  })
  test.each(made)('of %s looks like the real one', async (_case, make) => {
    expect(await looks(() => make(virtual))).toEqual(await looks(() => make(Response)))
  })

  test('gives its form', async () => {
    const form = await new virtual(new URLSearchParams({ name: 'Ada L', id: '7' })).formData()
    expect([...form]).toEqual([
      ['name', 'Ada L'],
      ['id', '7'],
    ])
  })

  test.each(['text', 'json', 'arrayBuffer', 'bytes'] as const)('is read once: %s', async read => {
    for (const Made of [Response, virtual]) {
      const response = new Made('[]')
      expect(response.bodyUsed).toBe(false)
      await response[read]()
      expect(response.bodyUsed).toBe(true)
      await expect(response.text()).rejects.toThrow(TypeError)
    }
  })

  test.each<[string, string | null, ResponseInit]>([
    ['a status that there is not', null, { status: 99 }],
    ['a body with a status that has none', 'a', { status: 204 }],
  ])('refuses %s, as the real one does', (_case, body, init) => {
    for (const Made of [Response, virtual]) expect(() => new Made(body, init)).toThrow()
  })

  test('refuses a body that it cannot hold', () => {
    expect(() => new virtual(new ReadableStream())).toThrow('cannot be simulated')
  })
})

test('a request looks like the real one', async () => {
  const url = 'http://feed.us.localhost:8/sign-in?a=1'
  const parts = { method: 'POST', headers: { host: 'feed', 'content-type': 'a/b' } }
  const bytes = () => new TextEncoder().encode('{"a":1}')
  const looks = async (make: () => Request) => ({
    url: make().url,
    method: make().method,
    headers: [...make().headers],
    json: await make().json(),
    text: await make().text(),
    bytes: [...new Uint8Array(await make().arrayBuffer())],
    aborted: make().signal.aborted,
  })
  const real = await looks(() => new Request(url, { ...parts, body: bytes() }))
  const virtual = () => new VirtualRequest(url, { ...parts, body: bytes() }) as unknown as Request
  expect(await looks(virtual)).toEqual(real)
})

describe('a signal', () => {
  const kinds: [string, typeof AbortController, (signals: AbortSignal[]) => AbortSignal][] = [
    ['real', AbortController, signals => AbortSignal.any(signals)],
    ['virtual', VirtualAbortController as unknown as typeof AbortController, anySignal],
  ]
  test.each(kinds)('tells those who listen, once: %s', (_kind, Controller) => {
    const controller = new Controller()
    const { signal } = controller
    const told: string[] = []
    const first = () => told.push('first')
    const gone = () => told.push('gone')
    signal.addEventListener('abort', first)
    signal.addEventListener('abort', first)
    signal.addEventListener('abort', { handleEvent: () => told.push('object') }, { once: true })
    signal.addEventListener('abort', gone)
    signal.removeEventListener('abort', gone)
    signal.throwIfAborted()
    controller.abort('why')
    controller.abort('again')
    expect(told).toEqual(['first', 'object'])
    expect(signal).toBeInstanceOf(AbortSignal)
    expect([signal.aborted, signal.reason]).toEqual([true, 'why'])
    expect(() => signal.throwIfAborted()).toThrow('why')
  })

  test.each(kinds)('has a reason of its own: %s', (_kind, Controller) => {
    const controller = new Controller()
    controller.abort()
    expect(controller.signal.reason).toMatchObject({ name: 'AbortError' })
  })

  test.each(kinds)('is aborted with the first of several: %s', (_kind, Controller, any) => {
    const [one, other] = [new Controller(), new Controller()]
    const both = any([one.signal, other.signal])
    expect(both.aborted).toBe(false)
    const told: unknown[] = []
    both.addEventListener('abort', () => told.push(both.reason))
    other.abort('other')
    one.abort('one')
    expect([both.aborted, both.reason, told]).toEqual([true, 'other', ['other']])
    expect(any([one.signal, new Controller().signal]).reason).toBe('one')
  })
})
