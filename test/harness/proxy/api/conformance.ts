/** Tables of API requests and the answers that Toxiproxy 2.12 gives, or better ones where it is weak. */
import { expect, test } from 'vitest'
import { startProxyServer } from '../support.ts'

/** A request, its status, and its body: a text in full, or a pattern. */
export type Case = [
  title: string,
  method: string,
  path: string,
  body: unknown,
  status: number,
  answer: string | RegExp,
]

export const upstream = '127.0.0.1:9'

export const error = (status: number, text: string) => `${JSON.stringify({ error: text, status })}\n`
export const badBody = (text: string) => error(400, `bad request body: ${text}`)

/** A server with proxy `p` (disabled), which has a latency toxic `lat`. */
export async function prepared() {
  const server = await startProxyServer()
  await server.must('POST', '/proxies', { name: 'p', listen: '127.0.0.1:1', upstream, enabled: false })
  const attributes = { latency: 100, jitter: 10 }
  await server.must('POST', '/proxies/p/toxics', { type: 'latency', name: 'lat', attributes })
  return server
}

/** The toxic `lat` and the proxy `p` as the API shows them. */
export const lat =
  '{"attributes":{"latency":100,"jitter":10},"name":"lat","type":"latency","stream":"downstream","toxicity":1}'
export const p = `{"name":"p","listen":"127.0.0.1:1","upstream":"${upstream}","enabled":false,"Logger":{},"toxics":[${lat}]}`

/** One test per case, each with a prepared server of its own. */
export function table(cases: Case[]): void {
  test.each(cases)('%s', async (_title, method, path, body, status, answer) => {
    await using server = await prepared()
    const reply = await server.ask(method, path, body)
    expect(reply.status).toBe(status)
    if (typeof answer === 'string') expect(reply.body).toBe(answer)
    else expect(reply.body).toMatch(answer)
  })
}
