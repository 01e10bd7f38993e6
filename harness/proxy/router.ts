import type { Answer } from './answers.ts'
import { empty, plainText } from './answers.ts'

export interface Request {
  method: string
  /** As sent: `/proxies/a%2Fb?query`. */
  url: string
  userAgent: string
  body: string
}

/** The parts of the path that a route's pattern names. */
export type Parameters = Readonly<Record<string, string>>
export type Handler = (parameters: Parameters, body: string) => Answer | Promise<Answer>

/** `GET /proxies/{proxy}` and what answers it; `* /metrics` takes every method. */
export type Routes = Readonly<Record<string, Handler>>

export type Match = { handler: Handler; parameters: Parameters } | Answer

/** Finds what answers a request, or the answer that there is nothing. */
export function match(routes: Routes, method: string, url: string): Match {
  const [path = '', query] = splitOnce(url, '?')
  const clean = cleanPath(path)
  if (clean !== path) return empty(301, { Location: query === undefined ? clean : `${clean}?${query}` })
  let known = false
  for (const [route, handler] of Object.entries(routes)) {
    const [routeMethod, pattern = ''] = splitOnce(route, ' ')
    const parameters = matchPath(pattern, path)
    if (parameters === undefined) continue
    if (routeMethod === method || routeMethod === '*') return { handler, parameters }
    known = true
  }
  return known ? empty(405) : plainText(404, '404 page not found\n')
}

/** Names are matched decoded, so that one with a slash can be addressed as `%2F`. */
function matchPath(pattern: string, path: string): Parameters | undefined {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const actual = decode(given[index] ?? '')
    if (actual === undefined) return undefined
    if (part.startsWith('{') && actual !== '') parameters[part.slice(1, -1)] = actual
    else if (part !== actual) return undefined
  }
  return parameters
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** Without empty, `.` and `..` parts; a slash at the end stays. */
function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  const slash = path.endsWith('/') && parts.length > 0 ? '/' : ''
  return `/${parts.join('/')}${slash}`
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
