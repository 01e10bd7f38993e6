/** Cases are data: requests, and what is answered to each. */
import { expect } from 'vitest'
import type { Difference } from './differences.ts'
import type { Reply, Target } from './target.ts'

/** A request, the status of its answer, and the body: a text in full, or a pattern. */
export type Step = readonly [
  method: string,
  path: string,
  body: unknown,
  status: number,
  answer: string | RegExp,
  headers?: Record<string, string>,
]

export interface Case {
  title: string
  steps: readonly Step[]
  /** Set where Toxiproxy answers otherwise. */
  differs?: Difference
}

/** What a toxic does to traffic. */
export interface Effect {
  title: string
  differs?: Difference
  run(target: Target): Promise<void>
}

/** Most cases are one request each. */
export function single(title: string, ...step: Step): Case {
  return { title, steps: [step] }
}

export const upstream = '127.0.0.1:9'
export const error = (status: number, text: string) => `${JSON.stringify({ error: text, status })}\n`
export const badBody = (text: string) => error(400, `bad request body: ${text}`)
export const unroutable = '404 page not found\n'

/** The toxic `lat` and the proxy `@p`, which every case that speaks of `@p` finds, as the API shows them. */
export const lat =
  '{"attributes":{"latency":100,"jitter":10},"name":"lat","type":"latency","stream":"downstream","toxicity":1}'
export const p = `{"name":"@p","listen":"127.0.0.1:1","upstream":"${upstream}","enabled":false,"Logger":{},"toxics":[${lat}]}`

/** Does what a case says, on names of its own. */
export async function runCase({ steps }: Case, target: Target): Promise<void> {
  if (JSON.stringify(steps).includes('@p')) {
    await target.must('POST', '/proxies', { name: '@p', listen: '127.0.0.1:1', upstream, enabled: false })
    const attributes = { latency: 100, jitter: 10 }
    await target.must('POST', '/proxies/@p/toxics', { type: 'latency', name: 'lat', attributes })
  }
  for (const [method, path, body, status, answer, headers] of steps) {
    const reply = await target.ask(method, path, body, headers)
    const step = `${method} ${path} ${reply.body}`
    expect(reply.status, step).toBe(status)
    if (typeof answer === 'string') expect(reply.body).toBe(target.fill(answer))
    else expect(reply.body).toMatch(new RegExp(target.fill(answer.source), answer.flags))
    checkHeaders(method, path, reply, step)
  }
}

/** The headers follow from the rest of an answer; so every step checks them. */
function checkHeaders(method: string, path: string, { status, headers, body }: Reply, step: string): void {
  const routed = status !== 405 && status !== 301 && body !== unroutable
  expect(headers.get('x-toxiproxy-request-id'), step).toEqual(
    routed ? expect.stringMatching(/^[0-9a-v]{20}$/) : null,
  )
  expect(headers.get('content-type'), step).toBe(contentType(path, status))
  const isText = contentType(path, status)?.startsWith('text/plain')
  expect(headers.get('x-content-type-options'), step).toBe(isText ? 'nosniff' : null)
  if (method !== 'HEAD' && status !== 204) {
    expect(headers.get('content-length'), step).toBe(String(Buffer.byteLength(body)))
  }
  expect(body.endsWith('\n'), step).toBe(path.startsWith('/version') ? status !== 405 : (isText ?? false))
}

function contentType(path: string, status: number): string | null {
  if ([204, 301, 405].includes(status)) return null
  if (path.startsWith('/version') && status === 200) return 'application/json;charset=utf-8'
  const isJson = status < 400 || (path === '/populate' && status !== 403)
  return isJson ? 'application/json' : 'text/plain; charset=utf-8'
}
