import { z } from 'zod'
import type { Result, Told } from '../outcome/history.ts'
import type { HttpClient, HttpRequest, HttpResult } from './http.ts'
import { type Traces, traceIdOf } from './traces.ts'

/** What a client makes of one thing it set out to do. */
export interface Seen {
  result: Result
  told?: Told
  /** Nothing came, and the device showed what it had kept. */
  fromDevice?: true
  /** When it was told to come back, if it was, ms from then. */
  retryAfterMs?: number
}

export interface Account {
  /** Of a system, its client id. */
  username: string
  password: string
}

/** From where a client comes, and whom it asks. */
export interface Place {
  /** Base address of the door. */
  door: string
  /** The name under which the door knows the app. */
  host: string
  /** The client's own address. */
  address: string
}

/** What every client is made of. */
export interface ClientWorld {
  http: HttpClient
  place: Place
  account: Account
  /** Names each request for the logs of the services; without it they have none. */
  traces?: Traces
}

/** Of a credential that a surface cleared: the request to whose answer it did. */
export interface Cleared {
  trace: string | undefined
}

/** One device, browser or system of one user: holds at most one credential. */
export interface Client {
  /** Whether it holds a credential. */
  readonly signedIn: boolean
  /** The one it holds. */
  readonly credential?: string | undefined
  /** The account, where the credential is the app's own and does not tell auth's name of the session. */
  readonly account?: string | undefined
  /** The last one that its surface cleared without being asked to by its user. */
  readonly cleared?: Cleared | undefined
  signIn(): Promise<Seen>
  /** Looks at the app's content, or calls it; the surface may clear its credential on the way. */
  browse(): Promise<Seen>
  /** Sends something, where people do that: its result speaks for the session as a look at the content does. */
  act?(): Promise<Seen>
  /** Renews the credential in the background, where the surface has such a thing. */
  refresh?(): Promise<Seen>
  signOut(): Promise<Seen>
  /**
   * Has its session revoked from elsewhere, so that it knows nothing of it and keeps its credential: by the operator of
   * auth, who is given what names the session, or where auth cannot know that, by whoever can.
   */
  revokeElsewhere(byOperator: (credential: string) => Promise<void>): Promise<void>
  /** Asks with the credential it holds and keeps it whatever comes back. True if it was served. */
  probe(): Promise<boolean>
}

/** `trace`: the request's name in the logs of the services. */
export type Asked = HttpResult & { trace?: string }
export type Answered = Asked & { kind: 'answer' }

/** An answer's failure as the crowd records it. */
export function failureOf(result: Exclude<HttpResult, Answered>): Seen {
  return { result: result.kind }
}

/** What a program is told by an answer that refuses its sign-in: without words for people, by the status alone. */
export function refusalOf(answer: Answered): Seen {
  const { status } = answer
  if (status === 401) return { result: 'refused', told: 'wrong-password' }
  if (status === 429 || status === 503) return tryLaterOf(answer)
  return status >= 500 ? { result: 'error' } : { result: 'refused', told: 'other' }
}

/** A refusal that asks to come back, and when (RFC 9110, section 10.2.3; seconds only). */
export function tryLaterOf({ headers }: Answered): Seen {
  const told = { result: 'refused', told: 'try-later' } as const
  const seconds = headers['retry-after']
  return typeof seconds === 'string' && /^\d{1,4}$/.test(seconds)
    ? { ...told, retryAfterMs: Number(seconds) * 1_000 }
    : told
}

/** What an answer to a look at the content, or a call, comes to where its credential is not in question. */
export function contentSeen(answer: HttpResult): Seen {
  if (answer.kind !== 'answer') return failureOf(answer)
  if (isServed(answer)) return { result: answer.headers['x-served'] ? 'degraded' : 'served' }
  return { result: 'error' }
}

/** Whether it was served, in full or degraded. */
export function isServed(answer: HttpResult): boolean {
  return answer.kind === 'answer' && (answer.status === 200 || answer.status === 201)
}

const tokenRefusedSchema = z.object({ error: z.literal('invalid_token') })

/** Whether an answer says that the very token shown is no good (RFC 6750, section 3.1), not that nobody knows. */
export function isTokenRefused(answer: HttpResult): boolean {
  if (answer.kind !== 'answer' || answer.status !== 401) return false
  return tokenRefusedSchema.safeParse(jsonOf(answer)).success
}

/** The body of an answer as JSON; undefined if it is none. */
export function jsonOf({ body }: Answered): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

interface Ask {
  method: HttpRequest['method']
  path: string
  headers?: Record<string, string>
  body?: string | undefined
}

/** Sends a client's request to its door, with the headers that every request carries. */
export async function ask(
  { http, place, traces }: ClientWorld,
  { method, path, headers, body }: Ask,
): Promise<Asked> {
  const { door, host, address } = place
  const traceparent = traces?.()
  const result = await http.request({
    method,
    door,
    path,
    // The edge takes this for the user's address: the whole crowd stands behind one socket.
    headers: {
      host,
      'x-forwarded-for': address,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  return traceparent === undefined ? result : { ...result, trace: traceIdOf(traceparent) }
}
