/** An auth that answers as a test tells it to, behind a plain `fetch`. */

import { createPlaces } from '../../../services/common/bulkhead.ts'
import { type Caller, createCaller } from '../../../services/common/caller.ts'
import type { Mitigation } from '../../../services/common/mitigations.ts'
import { authUrl } from './world.ts'

export interface Asked {
  origin: string
  path: string
  query: URLSearchParams
  headers: Headers
  form: URLSearchParams
  json: Record<string, unknown>
}

type Reply = Response | undefined | Promise<Response | undefined>

export interface FakeAuth {
  fetch: typeof fetch
  /** Every request so far. */
  asked: Asked[]
  askedFor(path: string): Asked[]
}

/** `reply` gives the answer to a request; undefined is an auth that is not there. */
export function fakeAuth(reply: (asked: Asked) => Reply): FakeAuth {
  const asked: Asked[] = []
  return {
    asked,
    askedFor: path => asked.filter(it => it.path === path),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { origin, pathname: path, searchParams: query } = new URL(request.url)
      const text = await request.text()
      const isJson = request.headers.get('content-type') === 'application/json'
      const it = {
        origin,
        path,
        query,
        headers: request.headers,
        form: new URLSearchParams(isJson ? '' : text),
        json: isJson ? JSON.parse(text) : {},
      }
      asked.push(it)
      const response = await reply(it)
      if (!response) throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
      return response
    },
  }
}

export function callerTo({ fetch }: FakeAuth, names: readonly Mitigation[] = []): Caller {
  const mitigations = new Set(names)
  const places = createPlaces(mitigations)
  return createCaller({ endpoints: () => [authUrl], name: 'auth', fetch, log: () => {}, mitigations, places })
}

export const inactive = () => Response.json({ active: false })

export function active({ sid = 's1', username = 'ada', ...more }: Record<string, unknown> = {}): Response {
  const exp = Math.floor(Date.now() / 1000) + 600
  return Response.json({ active: true, sub: 'u1', sid, username, exp, ...more })
}

export const noRevocations = () => Response.json({ revocations: [], next: 0 })
