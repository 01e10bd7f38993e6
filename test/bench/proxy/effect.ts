import { Agent, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type Effect, effectLatencyMs } from './jobs.ts'

const agent = new Agent({ keepAlive: true })
const answerMsMax = 10_000

/** Talks without a break on one connection while a latency toxic is added and removed again. */
export async function addEffect(
  { port, apiPort, proxy }: { port: number; apiPort: number; proxy: string },
  client: (port: number, take: (bytes: number, socket: Socket) => void) => Promise<Socket>,
): Promise<Effect> {
  const message = Buffer.alloc(8)
  const trips: { sentAt: number; ms: number }[] = []
  let sentAt = 0
  let got = 0
  const socket = await client(port, read => {
    got += read
    if (got < 8) return
    got = 0
    trips.push({ sentAt, ms: performance.now() - sentAt })
    send()
  })
  const send = () => {
    sentAt = performance.now()
    socket.write(message)
  }
  send()
  // The first call opens its connection and finds everything cold.
  await ask('GET', apiPort, '/version')
  // Until then the proxy may still be dialling for those that came before.
  while (trips.length < 20) await new Promise(resolve => setTimeout(resolve, 10))
  const calledAt = performance.now()
  await ask('POST', apiPort, `/proxies/${proxy}/toxics`, {
    name: 'bench',
    type: 'latency',
    stream: 'downstream',
    toxicity: 1,
    attributes: { latency: effectLatencyMs },
  })
  const answeredAt = performance.now()
  await new Promise(resolve => setTimeout(resolve, effectLatencyMs * 3))
  // What was under way already may be the first that it hit.
  const hit = trips.find(trip => trip.sentAt + trip.ms > calledAt && trip.ms >= effectLatencyMs)
  const escaped = trips.filter(trip => trip.sentAt > answeredAt && trip.ms < effectLatencyMs).length
  await ask('DELETE', apiPort, `/proxies/${proxy}/toxics/bench`)
  socket.destroy()
  return {
    effectMs: hit === undefined ? Number.NaN : hit.sentAt + hit.ms - effectLatencyMs - calledAt,
    answerMs: answeredAt - calledAt,
    escaped,
  }
}

/** Asks an API on this machine. Rejects with what it answers unless it succeeds. */
export function ask(method: string, port: number, path: string, body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, agent }
    const asked = httpRequest(options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('end', () => {
        const { statusCode = 0 } = response
        if (statusCode < 300) resolve(text)
        else reject(new Error(`${method} ${path}: ${statusCode} ${text.trim()}`))
      })
    })
    asked.setTimeout(answerMsMax, () =>
      asked.destroy(new Error(`${method} ${path}: no answer within ${answerMsMax} ms`)),
    )
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
