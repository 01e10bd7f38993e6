/**
 * The control room's server. It listens on 127.0.0.1 alone, below a path that nobody can guess:
 *
 *   GET    /:token/              the page; what is in browser/ beside it
 *   GET    /:token/about         what there is: topology, forms, scenarios, pages
 *   GET    /:token/events        what goes on, as server-sent events
 *   POST   /:token/faults        { kind, params }: 201 { id, … }; 400, 409
 *   DELETE /:token/faults/:id    204; 404
 *   POST   /:token/scenario      { name }: 202; 400, 409
 *   DELETE /:token/scenario      204; 400
 *   POST   /:token/mitigations   { name, on }: 204; 400, 409
 *
 * No other page can drive it: the token is not known to it, a name that leads here by another's DNS is refused by the Host
 * header, and what changes anything has to come from this very page (Origin) as JSON. Errors are `{ error }`.
 */

import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { messageOf, UsageError } from '../errors.ts'
import { Conflict, type ControlRoom } from './control-room.ts'
import { roomPage } from './page.ts'

export interface RoomServerOptions {
  room: ControlRoom
  token: string
  /** What does not change: topology, forms, scenarios, pages. */
  about: unknown
  /** What goes on, as it is now. */
  look(): Promise<unknown>
}

const everyMs = 500
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const browserFolder = join(import.meta.dirname, 'browser')

/** `port`: of this server, once it is known; before, nobody is let in. */
export function createRoomApp(options: RoomServerOptions, port: () => number | undefined): Hono {
  const { token } = options
  const app = new Hono()
  app.use(bodyLimit({ maxSize: 64 * 1024 }))
  app.use(async (context, next) => {
    const refused = refusal(context, token, port())
    if (refused) {
      context.res = refused
      return
    }
    await next()
    context.header('Content-Security-Policy', policy)
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Referrer-Policy', 'no-referrer')
    context.header('Cache-Control', 'no-store')
  })
  addReads(app, options)
  addWrites(app, options)
  app.notFound(context => context.json({ error: 'there is no such thing here' }, 404))
  app.onError((error, context) => {
    if (error instanceof Conflict) return context.json({ error: error.message }, 409)
    if (error instanceof UsageError) return context.json({ error: error.message }, 400)
    return context.json({ error: messageOf(error) }, 500)
  })
  return app
}

function addReads(app: Hono, { token, about, look }: RoomServerOptions): void {
  const at = (path: string) => `/${token}${path}`
  app.get(at('/'), context => context.html(roomPage))
  app.get(at('/about'), context => context.json(about as object))
  app.get(at('/events'), context =>
    streamSSE(context, async stream => {
      while (!stream.aborted) {
        await stream.writeSSE({ data: JSON.stringify(await look()) })
        await stream.sleep(everyMs)
      }
    }),
  )
  const inFolder = (path: string) => path.slice(at('').length)
  app.get(at('/*'), serveStatic({ root: browserFolder, rewriteRequestPath: inFolder }))
}

function addWrites(app: Hono, { room, token }: RoomServerOptions): void {
  const at = (path: string) => `/${token}${path}`
  app.post(at('/faults'), async context => {
    const { kind, params } = await body(context, z.object({ kind: z.string(), params: z.unknown() }))
    return context.json(await room.inject(kind, params ?? {}), 201)
  })
  app.delete(at('/faults/:id'), async context => {
    await room.undo(context.req.param('id') ?? '')
    return context.body(null, 204)
  })
  app.post(at('/scenario'), async context => {
    await room.play((await body(context, z.object({ name: z.string() }))).name)
    return context.json({}, 202)
  })
  app.delete(at('/scenario'), async context => {
    await room.stopPlaying()
    return context.body(null, 204)
  })
  app.post(at('/mitigations'), async context => {
    const { name, on } = await body(context, z.object({ name: z.string(), on: z.boolean() }))
    await room.switchMitigation(name, on)
    return context.body(null, 204)
  })
}

/** Why a request is not for us; said in few words, since who asks wrongly is owed no more. */
function refusal(context: Context, token: string, port: number | undefined): Response | undefined {
  const host = context.req.header('host') ?? ''
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (!hosts.includes(host)) return context.json({ error: 'this is not its name' }, 421)
  const given = context.req.path.split('/')[1] ?? ''
  if (!equal(given, token)) return context.json({ error: 'there is nothing here' }, 404)
  if (context.req.method === 'GET') return undefined
  if (context.req.header('origin') !== `http://${host}`)
    return context.json({ error: 'only its own page may do that' }, 403)
  const type = context.req.header('content-type')?.split(';')[0]
  if (context.req.method === 'POST' && type !== 'application/json')
    return context.json({ error: 'the body must be application/json' }, 415)
  return undefined
}

function equal(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

async function body<T extends z.ZodType>(context: Context, schema: T): Promise<z.output<T>> {
  const text = await context.req.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError('the body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UsageError(z.prettifyError(parsed.error).replaceAll('\n', ' '))
}

export interface RoomServer extends AsyncDisposable {
  url: string
}

/** Listens. `port` 0 lets the kernel choose. Rejects with what the kernel says. */
export async function serveRoom(options: RoomServerOptions, port: number): Promise<RoomServer> {
  let listening: number | undefined
  const app = createRoomApp(options, () => listening)
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  listening = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${listening}/${options.token}/`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
