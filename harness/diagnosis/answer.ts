/** What an answer of the web surface is, read as a stranger would: status, headers and what the page offers. */

/**
 * - `signed-in`: a content page, with a way to sign out.
 * - `degraded`: the same, and it says of itself that it is served from a grace.
 * - `signed-out`: the sign-in form, or the way to it.
 * - `busy`: asked to come back later: 429, or 503 with Retry-After (RFC 9110, section 10.2.3).
 * - `error`: any other 5xx.
 * - `refused`: any other 4xx.
 * - `malformed`: an answer that no page of the site is.
 */
export const answers = [
  'signed-in',
  'degraded',
  'signed-out',
  'busy',
  'error',
  'refused',
  'malformed',
] as const
export type Answer = (typeof answers)[number]

export interface RawAnswer {
  status: number
  /** As node:http gives them: names in small letters. */
  headers: Record<string, string | string[] | undefined>
  /** The page, or as much of its beginning as was kept. */
  body: string
}

export function readAnswer({ status, headers, body }: RawAnswer): Answer {
  if (status === 429 || (status === 503 && headers['retry-after'] !== undefined)) return 'busy'
  if (status >= 500) return 'error'
  if (status >= 400) return 'refused'
  if (status === 303 || status === 302) return leadsToSignIn(headers.location) ? 'signed-out' : 'malformed'
  const isPage = /^text\/html\b/i.test(String(headers['content-type'] ?? ''))
  if (status !== 200 || !isPage) return 'malformed'
  if (body.includes('action="/sign-out"')) return headers['x-served'] ? 'degraded' : 'signed-in'
  return body.includes('action="/sign-in"') ? 'signed-out' : 'malformed'
}

function leadsToSignIn(location: string | string[] | undefined): boolean {
  return typeof location === 'string' && /^\/sign-in(?:$|[?#])/.test(location)
}
