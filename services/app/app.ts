/** One app of the family: one program, one role each. */
import type { Context } from 'hono'
import { answerOf, answerPage, createBase } from '../common/app-base.ts'
import { createPlaces } from '../common/bulkhead.ts'
import type { Directory } from '../common/discovery.ts'
import type { Health } from '../common/health.ts'
import type { Log } from '../common/log.ts'
import type { Mitigations } from '../common/mitigations.ts'
import type { FetchHandler } from '../common/serve.ts'
import { inTrace } from '../common/trace.ts'
import { createApi } from './api.ts'
import type { AppConfig } from './app-config.ts'
import { createAuthCells } from './auth-cells.ts'
import { createAuthFamily, createReadResult } from './auth-family.ts'
import { createDevice } from './device.ts'
import { createDeviceCheck } from './device-check.ts'
import { createDeviceCredentials } from './device-credential.ts'
import { createGuard } from './guard.ts'
import { createMobile } from './mobile.ts'
import { errorPage } from './pages/index.ts'
import type { Role } from './role.ts'
import { SessionGrace } from './session-grace.ts'
import { createSignInQueues } from './sign-in-queue.ts'
import type { SurfaceWorld } from './surface.ts'
import { createWeb } from './web.ts'

export interface AppWorld {
  role: Role
  fetch: typeof fetch
  /** Where auth is: `auth`, with cells `auth@<cell>`. */
  directory: Directory
  /** What the app shows to auth with its name, to be let ask. */
  clientSecret: string
  /** 32 bytes of its own, for device credentials and places in line; the same after a restart. */
  secret: Uint8Array
  config: () => AppConfig
  health: Health
  mitigations: Mitigations
  log: Log
}

export interface App extends FetchHandler {
  /** Begins the work that goes on between requests: following the revocation lists, where anything needs them. */
  start(): void
  stop(): void
}

export function createApp(world: AppWorld): App {
  const { role, config, health, mitigations, log } = world
  const client = { id: role.name, secret: world.clientSecret }
  const cells = createAuthCells({ ...world, places: createPlaces(mitigations), client })
  const read = createReadResult(mitigations, log)
  const auth = createAuthFamily(cells, read)
  const credentials = createDeviceCredentials(world.secret, role.name)
  const device = createDeviceCheck({ credentials, auth, cells, config })
  const tokenCheck = role.phone === 'signature' ? 'signature' : 'introspection'
  const grace = new SessionGrace()
  const guard = createGuard({ auth, cells, read, grace, device, tokenCheck, config, mitigations })
  const queueFor = createSignInQueues(
    { secret: world.secret, mitigations },
    region => cells.from(region)[0].name,
  )
  const surface: SurfaceWorld = { role, auth, guard, queueFor, health, config, log }

  const app = createBase(log)
  if (role.surfaces.includes('mobile')) {
    app.route(
      '/api',
      role.phone === 'device' ? createDevice({ ...surface, credentials }) : createMobile(surface),
    )
  }
  if (role.surfaces.includes('api')) app.route('/', createApi(surface))
  if (role.surfaces.includes('web')) app.route('/', createWeb(surface))
  app.onError((error, context) => failed(error, context, surface, log))

  const needsRevocations =
    mitigations.has('stale-session-grace') ||
    mitigations.has('offline-token-validation') ||
    (role.phone ?? 'introspection') !== 'introspection'
  return {
    fetch: request => inTrace(request, () => app.fetch(request)),
    start: () => {
      if (needsRevocations) cells.start()
    },
    stop: () => cells.stop(),
  }
}

const forPhones = /^\/api\//

/** What nobody expected: a page for people, JSON for programs, and never what went wrong inside. */
function failed(
  error: Error,
  context: Context,
  { role, health }: SurfaceWorld,
  log: Log,
): Response | Promise<Response> {
  const answer = answerOf(error)
  if (answer) return answer
  log('unhandled', { path: context.req.path, reason: error.message })
  health.note(false)
  if (!role.web || forPhones.test(context.req.path)) return context.json({ error: 'server_error' }, 500)
  return answerPage(context, errorPage(role), 500)
}
