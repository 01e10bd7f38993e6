/** Every endpoint that is reached from outside, what it takes, and what lets a request in. */
import { basicHeader } from '../../services/common/bearer.ts'
import { apiApps, auths, type BadInputWorld, phoneApps, webApps } from './bad-input-stack.ts'

type HeadersOf = (world: BadInputWorld) => Record<string, string>

export interface Endpoint {
  to: string
  path: string
  /** What it takes with POST; nothing where it is only to be asked. */
  takes?: 'json' | 'form'
  /** What lets the request in, as far as its body. */
  credentials?: HeadersOf
  /** Whether it looks at the content type. Default: it does. */
  anyType?: boolean
  limitBytes?: number
  /** What is answered instead where a body is not what it should be. */
  instead?: number
  /** The methods that it has. */
  methods: readonly string[]
}

const kib = 1024
const post = ['POST'] as const
const get = ['GET'] as const

const cookieOf =
  (app: string): HeadersOf =>
  ({ cookies }) => ({ cookie: cookies[app] ?? '' })
const systemOf =
  (app: string): HeadersOf =>
  ({ systemTokens }) => ({ authorization: `Bearer ${systemTokens[app]}` })
const operator: HeadersOf = ({ stack }) => ({ authorization: `Bearer ${stack.adminToken}` })
/** The app that may ask an auth. */
export const callerOf = (auth: string) => (auth === 'rival-auth' ? 'rival' : 'feed')
export const serviceOf =
  (auth: string): HeadersOf =>
  ({ stack }) => {
    const id = callerOf(auth)
    return { authorization: basicHeader({ id, secret: stack.clientSecrets[id] ?? '' }) }
  }

export const endpoints: readonly Endpoint[] = [
  ...webApps.flatMap((to): Endpoint[] => [
    { to, path: '/', methods: get },
    { to, path: '/sign-in', takes: 'form', methods: ['GET', 'POST'] },
    { to, path: '/act', takes: 'form', credentials: cookieOf(to), methods: post },
    { to, path: '/sign-out', takes: 'form', instead: 303, methods: post },
  ]),
  ...[...phoneApps, 'chat'].flatMap((to): Endpoint[] => [
    { to, path: '/api/content', methods: get },
    { to, path: '/api/sign-in', takes: 'json', methods: post },
    { to, path: '/api/sign-out', takes: 'json', methods: post },
  ]),
  ...phoneApps.map((to): Endpoint => ({ to, path: '/api/refresh', takes: 'json', methods: post })),
  ...apiApps.flatMap((to): Endpoint[] => [
    { to, path: '/v1/messages', takes: 'json', credentials: systemOf(to), methods: ['GET', 'POST'] },
    { to, path: '/oauth/token', takes: 'form', methods: post },
    { to, path: '/oauth/revoke', takes: 'form', methods: post },
  ]),
  { to: 'status', path: '/', methods: get },
  { to: 'status', path: '/status.json', methods: get },
  {
    to: 'status',
    path: '/reports',
    takes: 'json',
    anyType: true,
    limitBytes: 4 * kib,
    methods: ['GET', 'POST'],
  },
  { to: 'status', path: '/admin/reset', methods: post },
  ...['/documents', '/documents/feed/history', '/documents/feed/watch'].map(
    (path): Endpoint => ({ to: 'config', path, methods: get }),
  ),
  ...[
    '/documents/feed',
    '/documents/feed/acknowledgements',
    '/documents/feed/health',
    '/documents/feed/rollback',
    '/documents/feed/freeze',
  ].map(
    (path): Endpoint => ({
      to: 'config',
      path,
      takes: 'json',
      anyType: true,
      credentials: operator,
      limitBytes: kib * kib,
      methods: ['GET', 'POST'],
    }),
  ),
  ...auths.flatMap((to): Endpoint[] => [
    { to, path: '/sign-in', takes: 'json', credentials: serviceOf(to), methods: post },
    { to, path: '/token', takes: 'form', methods: post },
    { to, path: '/introspect', takes: 'form', credentials: serviceOf(to), methods: post },
    { to, path: '/revoke', takes: 'form', credentials: serviceOf(to), methods: post },
    { to, path: '/admin/users', takes: 'json', credentials: operator, methods: post },
    { to, path: '/admin/clients', takes: 'json', credentials: operator, methods: post },
    { to, path: '/admin/keys', credentials: operator, methods: get },
    { to, path: '/admin/keys/rotate', credentials: operator, methods: ['POST', 'DELETE'] },
    { to, path: '/jwks', methods: get },
    { to, path: '/revocations', methods: get },
    { to, path: '/.well-known/oauth-authorization-server', methods: get },
  ]),
]
