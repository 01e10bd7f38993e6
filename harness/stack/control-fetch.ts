/** How the harness itself asks the services of a stack, over links that no fault may touch. */
import { Agent, fetch as fetchThrough } from 'undici'

/** Of a connection for each request, since a stack may be gone by the next; made when first needed. */
let agent: Agent | undefined

/**
 * `fetch`, which asks over https without a look at the certificate: an operator must be able to mend one that has
 * expired, and the link does not leave this machine.
 */
export function controlFetch(url: string, init: Omit<RequestInit, 'dispatcher'> = {}): Promise<Response> {
  if (!url.startsWith('https:')) return fetch(url, init)
  agent ??= new Agent({ pipelining: 0, connect: { rejectUnauthorized: false } })
  // The same class under two names: the platform's fetch is a copy of this one.
  const answer = fetchThrough(url, { ...init, dispatcher: agent } as Parameters<typeof fetchThrough>[1])
  return answer as unknown as Promise<Response>
}
