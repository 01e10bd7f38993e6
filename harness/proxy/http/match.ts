import type { Match } from './attributes.ts'
import { fieldOf, type RequestHead } from './head.ts'

type Test = (request: RequestHead) => boolean

/** What tells whether a request fits. */
export function matcher({ method, path, header, caller }: Match): Test {
  const tests: Test[] = []
  if (method !== undefined) {
    const wanted = new Set(method.map(each => each.toUpperCase()))
    tests.push(request => wanted.has(request.method))
  }
  if (path !== undefined) {
    const wanted = path.split('/')
    tests.push(request => pathFits(wanted, pathOf(request.target)))
  }
  for (const [name, value] of Object.entries(header ?? {})) {
    const key = name.toLowerCase()
    tests.push(request => {
      const actual = fieldOf(request, key)
      return actual !== undefined && (value === '*' || value === actual)
    })
  }
  if (caller !== undefined) tests.push(request => callerOf(request) === caller)
  return request => tests.every(test => test(request))
}

/**
 * Who calls, by the user of Basic credentials (RFC 7617), form-decoded as OAuth wants it (RFC 6749, 2.3.1): so do the
 * services identify themselves to auth, and system clients too.
 */
export function callerOf(request: RequestHead): string | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(fieldOf(request, 'authorization') ?? '') ?? []
  if (encoded === undefined) return undefined
  const [user, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  if (user === undefined || secret.length === 0) return undefined
  try {
    return decodeURIComponent(user.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Of `/path?query` or `http://host/path?query`. */
function pathOf(target: string): string {
  const [path = ''] = target.split('?', 1)
  if (path.startsWith('/')) return path
  const [, rest] = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/i.exec(path) ?? []
  if (rest === undefined) return path
  return rest === '' ? '/' : rest
}

function pathFits(wanted: readonly string[], path: string): boolean {
  const given = path.split('/')
  const open = wanted.at(-1) === '**'
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((part, at) => {
    if (part === '**') return true
    return part === '*' ? given[at] !== '' : part === given[at]
  })
}
