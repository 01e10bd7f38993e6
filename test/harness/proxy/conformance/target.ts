/** The server that the conformance cases ask: our own, or any that speaks Toxiproxy's API. */
import { createProxyServer } from '../../../../harness/proxy/server.ts'
import { startEchoServer } from '../support.ts'

export interface Reply {
  status: number
  body: string
  headers: Headers
}

export interface Target {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** Asks, and demands success. */
  must(method: string, path: string, body?: unknown): Promise<Reply>
  /**
   * Puts in names and ports: `@p` becomes a name that only this case has, TAKEN a port that somebody listens on, FREE
   * one that nobody does.
   */
  fill(text: string): string
  /** From here on names are other ones. Removes the proxies that had the old names. */
  next(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The server at `url`, or one of our own. It must run on this machine. */
export async function openTarget(url: string | undefined): Promise<Target> {
  const own = url === undefined ? await createProxyServer({ host: '127.0.0.1', apiPort: 0 }) : undefined
  const apiUrl = own?.apiUrl ?? url?.replace(/\/$/, '') ?? ''
  const taken = await startEchoServer()
  const freed = await startEchoServer()
  await freed[Symbol.asyncDispose]()
  let count = 0
  const prefix = () => `c${process.pid}x${count}-`

  const fill = (text: string) =>
    text
      .replaceAll(/@(?=[\w"])/g, prefix())
      .replaceAll('TAKEN', String(taken.port))
      .replaceAll('FREE', String(freed.port))

  async function ask(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const response = await fetch(`${apiUrl}${fill(path)}`, {
      method,
      redirect: 'manual',
      headers,
      ...(text === undefined ? {} : { body: fill(text) }),
    })
    return { status: response.status, body: await response.text(), headers: response.headers }
  }

  async function must(method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await ask(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`)
    return reply
  }

  async function next(): Promise<void> {
    const proxies = JSON.parse((await must('GET', '/proxies')).body) as object
    for (const name of Object.keys(proxies).filter(name => name.startsWith(prefix()))) {
      await ask('DELETE', `/proxies/${encodeURIComponent(name)}`)
    }
    count += 1
  }

  return {
    ask,
    must,
    fill,
    next,
    async [Symbol.asyncDispose]() {
      await own?.close()
      await taken[Symbol.asyncDispose]()
    },
  }
}
