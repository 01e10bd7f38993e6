/**
 * One look at an app from outside, as a network observer takes it: one GET over a new connection, so that every stage is
 * met and measured.
 *
 *   dns ──> connect ──> tls ──> first-byte ──> body
 *
 * `anonymous` asks for the sign-in page without a credential, `signed-in` for the content page with one. Both pass
 * through the same edge and the same app, and only the second needs auth: where they differ, the difference says which
 * part failed.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { type Answer, readAnswer } from './answer.ts'

export const probeKinds = ['anonymous', 'signed-in'] as const
export type ProbeKind = (typeof probeKinds)[number]

/** In the order in which a probe passes them. */
export const stageNames = ['dns', 'connect', 'tls', 'first-byte', 'body'] as const
export type StageName = (typeof stageNames)[number]

/** Where to look. */
export interface Target {
  app: string
  region: string
  /** Base address of the door: `http://127.0.0.1:4711`, or https. */
  door: string
}

/** How long each stage took, ms, from the end of the one before; null where it was not reached or did not end. */
export interface Stages {
  /** The name lookup. `by-address`: the door is given by its address, so that there is nothing to look up. */
  dns: number | 'by-address' | null
  connect: number | null
  /** The handshake. `off`: the door speaks plain HTTP. */
  tls: number | 'off' | null
  /** From the request on to the head of the answer. */
  firstByte: number | null
  /** Of the whole probe, failed or not. */
  total: number
}

/** How it ended. `code`: Node's error code (`ECONNREFUSED`, `HPE_INVALID_CONSTANT`, …), `TIMEOUT` or `CUT`. */
export type ProbeOutcome =
  | { kind: 'failed'; stage: StageName; code: string }
  | { kind: 'answered'; status: number; answer: Answer }

export interface ProbeResult {
  stages: Stages
  outcome: ProbeOutcome
}

export interface ProbeOptions {
  kind: ProbeKind
  /** `signed-in`: the headers of someone who is, such as `{ cookie: 'sid=…' }`. */
  credential?: Record<string, string> | undefined
  /** The visitor's own address, which the edge is told. */
  address?: string
  /** For all of it, ms. */
  deadlineMs?: number
  /** Whom to trust besides the usual authorities where the door speaks TLS, PEM. */
  ca?: string | undefined
  /** Ends it at once; its result is then worth nothing. */
  signal?: AbortSignal
}

export const defaultDeadlineMs = 3_000
const paths = { anonymous: '/sign-in', 'signed-in': '/' } as const satisfies Record<ProbeKind, string>
/** Of a page, so much is kept to be read, characters; the rest is waited for and thrown away. */
const keptMax = 64 * 1024

/** Takes one look. Never rejects for what an outage does; throws TypeError for a door that is no http(s) address. */
export function probe(target: Target, options: ProbeOptions): Promise<ProbeResult> {
  return new Probe(doorOf(target), target, options).run()
}

/** Throws TypeError for what is no address of a door. */
export function doorOf({ door }: Target): URL {
  const url = new URL(door)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`the door ${door} is neither http nor https`)
  return url
}

class Probe {
  readonly #door: URL
  readonly #target: Target
  readonly #options: ProbeOptions
  readonly #startedAt = performance.now()
  readonly #done = Promise.withResolvers<ProbeResult>()
  readonly #stages: Stages
  /** The stage under way, and when the one before it ended. */
  #stage: StageName
  #stageFrom = this.#startedAt
  #outcome: ProbeOutcome | undefined

  constructor(door: URL, target: Target, options: ProbeOptions) {
    this.#door = door
    this.#target = target
    this.#options = options
    // A name in a URL never ends in a number (WHATWG URL, section 3.5), and IPv6 stands in brackets.
    const byAddress = /^\[|\.\d+$/.test(door.hostname)
    this.#stages = {
      dns: byAddress ? 'by-address' : null,
      connect: null,
      tls: door.protocol === 'https:' ? null : 'off',
      firstByte: null,
      total: 0,
    }
    this.#stage = byAddress ? 'connect' : 'dns'
  }

  run(): Promise<ProbeResult> {
    const { deadlineMs = defaultDeadlineMs, signal } = this.#options
    const request = this.#request()
    const timer = setTimeout(() => this.#end(request, this.#failure('TIMEOUT')), deadlineMs)
    const abort = () => this.#end(request, this.#failure('ABORTED'))
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    request.on('socket', socket => this.#watch(socket))
    request.on('response', response => this.#read(request, response))
    request.on('error', (error: NodeJS.ErrnoException) => this.#end(request, this.#failure(codeOf(error))))
    // Only then is its connection given up, too.
    request.on('close', () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      const outcome = this.#outcome ?? this.#failure('CUT')
      this.#done.resolve({ stages: this.#stages, outcome })
    })
    request.end()
    return this.#done.promise
  }

  #request(): ClientRequest {
    const { kind, credential = {}, address = '10.200.0.1', ca } = this.#options
    const { app, region } = this.#target
    const send = this.#door.protocol === 'https:' ? httpsRequest : httpRequest
    return send(this.#door, {
      path: paths[kind],
      // A connection of its own, which is not kept.
      agent: false,
      headers: {
        host: `${app}.${region}.localhost`,
        'x-forwarded-for': address,
        ...(kind === 'signed-in' ? credential : {}),
      },
      ...(ca === undefined ? {} : { ca }),
    })
  }

  #watch(socket: Socket): void {
    const secure = this.#stages.tls !== 'off'
    socket.once('lookup', (error: Error | null) => {
      if (error === null && this.#stage === 'dns') this.#stages.dns = this.#next('connect')
    })
    socket.once('connect', () => {
      this.#stages.connect = this.#next(secure ? 'tls' : 'first-byte')
    })
    socket.once('secureConnect', () => {
      this.#stages.tls = this.#next('first-byte')
    })
  }

  #read(request: ClientRequest, response: IncomingMessage): void {
    this.#stages.firstByte = this.#next('body')
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      if (body.length < keptMax) body += piece
    })
    response.on('error', () => this.#end(request, this.#failure('CUT')))
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response
      this.#end(request, { kind: 'answered', status, answer: readAnswer({ status, headers, body }) })
    })
  }

  /** Ends the stage under way; answers with how long it took. */
  #next(stage: StageName): number {
    const now = performance.now()
    const took = now - this.#stageFrom
    this.#stage = stage
    this.#stageFrom = now
    return took
  }

  #failure(code: string): ProbeOutcome {
    return { kind: 'failed', stage: this.#stage, code }
  }

  /** The first word counts: what comes after it is the connection being given up. */
  #end(request: ClientRequest, outcome: ProbeOutcome): void {
    if (this.#outcome === undefined) {
      this.#outcome = outcome
      this.#stages.total = performance.now() - this.#startedAt
    }
    request.destroy()
  }
}

function codeOf({ code }: NodeJS.ErrnoException): string {
  return code ?? 'CUT'
}
